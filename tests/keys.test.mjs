// Where the worker shell looks for stored answers: parameters that do not count, folders and clean URLs, reads by POST.
// Which route takes a request is in `routes_vectors.mjs`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Table } from "../sw/shell/routes.js";
import { keysOfPost } from "../sw/more/posts.js";
import { wrongPatterns } from "../sw/works/patterns.js";

const ORIGIN = "https://app.example";

/**
 * Checks keys, as paths.
 * @param {any} config
 * @param {[path: string, index: number | undefined, keys: string[]][]} cases `index`: the route that takes a plain GET.
 */
function check(config, cases) {
  const table = new Table(config, `${ORIGIN}/`);
  for (const [path, index, keys] of cases) {
    const url = ORIGIN + path;
    assert.equal(table.routeOf({ url }), index, path);
    if (index !== undefined) assert.deepEqual(table.keysOf(url, index).map((key) => key.replace(ORIGIN, "")), keys, path);
  }
}

test("a precached file answers for its folder, its clean URL, and whatever parameters do not count", () => {
  const precache = ["/index.html", "/docs/index.html", { url: "/about.html", revision: "7" }, "/a.html?v=1", "/plain"];
  check({ precache }, [
    ["/", -1, ["/index.html#revision="]],
    ["/?utm_source=x&fbclid=y#top", -1, ["/index.html#revision="]],
    ["/?q=1", undefined, []],
    ["/docs/", -1, ["/docs/index.html#revision="]],
    ["/docs", undefined, []],
    ["/about", -1, ["/about.html#revision=7"]],
    ["/about?utm_medium=1", -1, ["/about.html#revision=7"]],
    ["/about.html?fbclid", -1, ["/about.html#revision=7"]],
    ["/about/", undefined, []],
    ["/a?v=1&utm_id=2", -1, ["/a.html?v=1#revision="]],
    ["/a", undefined, []],
    ["/plain?utm", undefined, []],
  ]);
  check({ precache, directoryIndex: false, cleanURLs: false, ignoreParams: ["v?", "*id"] }, [
    ["/", undefined, []],
    ["/about", undefined, []],
    ["/plain?v?=1&fbclid=2&v?", -1, ["/plain#revision="]],
    ["/plain?utm_source=x", undefined, []],
  ]);
  check({ precache, directoryIndex: "about.html" }, [["/", -1, ["/about.html#revision=7"]], ["/docs/", undefined, []]]);
});

test("a file that is precached under the URL itself comes before any stand-in", () => {
  check({ precache: ["/a", "/a.html", "/b/?utm_x=1", "/b/index.html"] }, [
    ["/a", -1, ["/a#revision="]],
    ["/b/?utm_x=1", -1, ["/b/?utm_x=1#revision="]],
    ["/b/", -1, ["/b/index.html#revision="]],
  ]);
});

test("a route's answers lie under the URL without what does not count for it, and the precached one stands behind", () => {
  const routes = [
    { match: "/s", strategy: "cache-first", ignoreParams: ["utm_*", "t"] },
    { match: "/all", strategy: "cache-first", ignoreSearch: true },
    { match: "/*", strategy: "network-first" },
  ];
  check({ routes, precache: ["/about.html"] }, [
    ["/s?utm_a=1&q=%20x&t=2&T=3#top", 0, ["/s?q=%20x&T=3"]],
    ["/s?t", 0, ["/s"]],
    ["/s?", 0, ["/s?"]],
    ["/all?x#y", 1, ["/all"]],
    ["/about?utm_a=1", 2, ["/about?utm_a=1", "/about.html#revision="]],
    ["/else?utm_a=1", 2, ["/else?utm_a=1"]],
  ]);
});

/** @param {string | Uint8Array<ArrayBuffer>} body @param {"body" | "operation"} [key] @param {string} [path] */
async function post(body, key = "body", path = "/graphql") {
  const route = /** @type {Longshore.Route} */ ({ match: "/*", method: "POST", key, strategy: "cache-first", ignoreParams: ["t"] });
  const request = new Request(ORIGIN + path, { method: "POST", body });
  const keys = await keysOfPost(new Table({ routes: [route] }, `${ORIGIN}/`), request, 0);
  assert.equal(request.bodyUsed, false, "the network still needs the body");
  return keys;
}

test("what is read by POST lies under method, URL and the hash of its body, where no GET looks", async () => {
  const hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assert.deepEqual(await post("abc"), [`POST ${ORIGIN}/graphql ${hash}`], "the SHA-256 of FIPS 180-4's example");
  assert.deepEqual(await post("abc", "body", "/graphql?t=1#x"), [`POST ${ORIGIN}/graphql ${hash}`]);
  assert.notDeepEqual(await post("abc", "body", "/graphql?q=1"), await post("abc"));
  assert.notDeepEqual(await post(new Uint8Array([255])), await post(new Uint8Array([254])), "bytes, not text");
});

test("an operation is told by its name and variables, whatever its text", async () => {
  const ask = (/** @type {any} */ rest, key = /** @type {const} */ ("operation")) => post(JSON.stringify({ query: "query Q { a }", ...rest }), key);
  const first = await ask({ operationName: "Q", variables: { id: 1 } });
  assert.deepEqual(await ask({ query: "query Q {\n  a\n}", operationName: "Q", variables: { id: 1 } }), first);
  assert.notDeepEqual(await ask({ operationName: "Q", variables: { id: 2 } }), first);
  assert.notDeepEqual(await ask({ operationName: "P", variables: { id: 1 } }), first);
  assert.notDeepEqual(await ask({ query: "{ a }" }), await ask({ query: "{ b }" }), "one without a name is told by its body");
  assert.notDeepEqual(await ask({ operationName: "Q" }, /** @type {any} */ ("body")), await ask({ operationName: "Q", x: 1 }, /** @type {any} */ ("body")));
});

test("a GraphQL operation that is no query is never looked up", async () => {
  const writes = ["mutation { a }", "mutation M($x: I) { a }", "subscription S { a }", "fragment F on T { a } mutation M { b }", "query Q { a },mutation M{b}", "# note\nmutation M { b }"];
  for (const query of writes) {
    assert.deepEqual(await post(JSON.stringify({ query })), [], query);
    assert.deepEqual(await post(JSON.stringify([{ query: "{ a }" }, { query }]), "operation"), [], `${query}, in a list`);
    assert.deepEqual(await post(query), [], `${query}, as it is`);
  }
  for (const body of ["{ mutation }", "mutation rate", "null", "3", '{"q": "mutation { a }"}', '{"query": 3}', "query Mutation { mutations }"]) {
    assert.equal((await post(body)).length, 1, body);
  }
});

test("a POST that could be a read and a queued write is an error", () => {
  const check = (/** @type {any} */ read, /** @type {any} */ write, /** @type {boolean} */ clashes) => {
    const config = { routes: [{ strategy: "cache-first", method: "POST", key: "body", ...read }], mutations: [write] };
    const said = "routes[0]: mutations[0] queues POSTs to URLs that this reads by POST";
    assert.deepEqual(wrongPatterns(config), clashes ? [said] : [], JSON.stringify(config));
  };
  const pairs = /** @type {[string, string, boolean][]} */ ([
    ["/search", "/api/*", false], ["/api/search", "/api/*", true], ["/api/*", "/api/todos", true], ["/*/x", "/a/*", true],
    ["/a/:id", "/a/b", true], ["/a/:id", "/a/b/c", false], ["/a/:id/x", "/a/:id/y", false], ["/:one/b", "/a/:two", true], ["/a", "/a/", false],
    ["/a?q=*", "/a", true], ["/a?q=*", "/a?w=*", false], ["https://b.example/*", "/api/*", false], ["https://*.example/q", "https://b.example/*", true],
  ]);
  for (const [read, write, clashes] of pairs) {
    check({ match: read }, { match: write }, clashes);
    check({ match: write }, { match: ["/no", read] }, clashes);
  }
  check({ match: "/api/*" }, { match: "/api/*", methods: ["PUT", "DELETE"] }, false);
  check({ match: "/api/*", method: ["GET"], key: undefined }, { match: "/api/*" }, false);
  check({ match: () => true }, { match: "/api/*" }, false);
  check({ mode: "cors" }, { match: "/api/*" }, true);
});
