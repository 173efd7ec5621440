// Where the worker shell looks for stored answers: parameters that do not count, folders and clean URLs.
// Which route takes a request is in `routes_vectors.mjs`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Table } from "../sw/shell/routes.js";

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
