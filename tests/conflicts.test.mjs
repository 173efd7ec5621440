// Conflicts in the worker's JavaScript: what is fetched, what the desk is asked, and what is made of its answer.
// Does not merge: the desk here says what it is told to; `src/merge/tests.rs` holds the real one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

globalThis.self ??= /** @type {any} */ (globalThis);

const path = (/** @type {string} */ relative) => fileURLToPath(new URL(relative, import.meta.url));

/** The parts that it is given by others; each test makes its own. */
const PARTS = `
  const part = (name) => globalThis.parts[name];
  export const begun = () => part("begun")();
  export const engine = { call: (use) => part("engine").call(use) };
  export const store = { rowBodies: (keys) => part("store").rowBodies(keys) };
  export const ask = (what, request) => part("ask")(what, request);
  export const rows = () => part("rows")();
  export const run = () => part("run")();
  export const routeOf = () => part("begun")().config.mutations[0];`;

const { outputFiles: [{ text: source }] } = await build({
  entryPoints: [path("../sw/more/conflicts.js")], bundle: true, format: "esm", target: "es2022", write: false,
  plugins: [{ name: "parts", setup(made) {
    made.onResolve({ filter: /\/parts\.js$/ }, () => ({ path: "parts", namespace: "parts" }));
    made.onLoad({ filter: /./, namespace: "parts" }, () => ({ contents: PARTS }));
  } }],
});

const URL_OF_CARD = "https://app.example/api/card";
const row = { id: "r1", method: "PATCH", url: URL_OF_CARD, headers: [["if-match", '"1"'], ["x-own", "1"], ["content-type", "application/json"]], credentials: "same-origin" };
const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text).buffer;
const text = (/** @type {ArrayBuffer | undefined} */ buffer) => buffer && new TextDecoder().decode(buffer);

/** @param {any} conflict @param {any[]} answers of the desk. @param {Response | Error} current */
async function worker(conflict, answers, current) {
  /** @type {any} */
  const seen = { asked: [], fetched: [], commands: [] };
  const kept = new Map([["r1", bytes('{"t":"b"}')], ["r1#base", bytes('{"t":"a"}')], ["r1#theirs", bytes('{"t":"c"}')]]);
  /** @type {any} */ (globalThis).parts = {
    begun: () => ({ config: { mutations: [{ conflict }] }, table: { origin: "https://app.example", mutations: [() => true], routeOf: () => 0, keysOf: () => [URL_OF_CARD] } }),
    engine: { call: (/** @type {any} */ use) => use({ command: async (/** @type {any} */ message) => void seen.commands.push(message) }) },
    rows: async () => [{ ...row, headers: "", state: { word: "conflict" } }],
    store: { rowBodies: async (/** @type {string[]} */ keys) => keys.map((key) => kept.get(key)) },
    ask: async (/** @type {string} */ _what, /** @type {any} */ request) => {
      // As it would cross.
      seen.asked.push(JSON.parse(JSON.stringify(request)));
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return JSON.stringify(answer);
    },
  };
  globalThis.fetch = /** @type {any} */ (async (/** @type {string} */ url, /** @type {any} */ init) => {
    seen.fetched.push([url, Object.fromEntries(new Headers(init.headers)), init.cache]);
    if (current instanceof Error) throw current;
    return current;
  });
  return { seen, ...(await import(`data:text/javascript,${encodeURIComponent(source)}`)) };
}

/** @param {string} body @param {object} [init] */
const json = (body, init) => new Response(body, { headers: { "content-type": "application/json", etag: '"2"' }, ...init });

test("the desk is asked with what is kept and what the server has, and its answer goes back as bytes", async () => {
  const rules = { counters: ["/n"] };
  const { reconcile, seen } = await worker(rules, [{ verdict: "send", body: '{"t":"d"}', report: [{ at: "/t", took: "mine" }] }], json('{"t":"c"}'));
  const found = await reconcile(row);
  assert.deepEqual([found.verdict, text(found.body), text(found.base), found.etag, found.report], ["send", '{"t":"d"}', '{"t":"c"}', '"2"', '[{"at":"/t","took":"mine"}]']);
  assert.deepEqual(seen.asked, [{ method: "PATCH", base: '{"t":"a"}', sent: '{"t":"b"}', theirs: '{"t":"c"}', rules }]);
  assert.deepEqual(seen.fetched, [[URL_OF_CARD, { "x-own": "1" }, "no-store"]]);
});

test("what the server has may be nothing; what it does not say is asked for later", async () => {
  const gone = await worker("merge", [{ verdict: "ask" }], new Response(null, { status: 404 }));
  assert.deepEqual([(await gone.reconcile(row)).verdict, gone.seen.asked[0].theirs], ["ask", undefined]);
  for (const answer of [new TypeError("no network"), json("{}", { status: 503 }), new Response("<h1>Sign in", { headers: { "content-type": "text/html" } })]) {
    const { reconcile } = await worker("merge", [], answer);
    await assert.rejects(reconcile(row));
  }
});

test("a person is asked where that is the policy, where nothing has changed, and where nothing can be merged", async () => {
  const unmerged = { error: "not JSON" };
  for (const [policy, answers, etag] of /** @type {[any, any[], string][]} */ ([["manual", [], '"2"'], ["merge", [], '"1"'], ["merge", [unmerged], '"2"']])) {
    const { reconcile } = await worker(policy, answers, json('{"t":"c"}', { headers: { etag } }));
    const found = await reconcile(row);
    assert.deepEqual([found.verdict, text(found.base), found.etag], ["ask", '{"t":"c"}', etag]);
  }
  // A desk that traps says nothing of the write.
  const { reconcile } = await worker("merge", [new WebAssembly.RuntimeError("unreachable")], json("{}"));
  await assert.rejects(reconcile(row), WebAssembly.RuntimeError);
});

test("a function of the app gives what is written, or has a person asked", async () => {
  /** @type {any[]} */
  const given = [];
  const decided = await worker((/** @type {any} */ sides) => (given.push(sides), { t: "e" }), [{ verdict: "ask", mine: { t: "b", n: 1 } }, { verdict: "send", body: "x" }], json('{"t":"c"}'));
  assert.equal((await decided.reconcile(row)).verdict, "send");
  assert.deepEqual(given, [{ base: { t: "a" }, mine: { t: "b", n: 1 }, theirs: { t: "c" } }]);
  assert.deepEqual(decided.seen.asked[1].choices, { "": { value: { t: "e" } } });
  const left = await worker(async () => undefined, [{ verdict: "send", mine: {} }], json("{}"));
  assert.equal((await left.reconcile(row)).verdict, "ask");
  const { error } = console;
  console.error = () => {};
  const thrown = await worker(() => { throw new Error("mine"); }, [{ verdict: "send", mine: {} }], json("{}"));
  assert.equal((await thrown.reconcile(row)).verdict, "ask", "not tried again for ever");
  console.error = error;
});

test("a person sees three sides and decides", async () => {
  const clashes = [{ at: "/t", base: "a", mine: "b", theirs: "c" }];
  const shown = await worker("merge", [{ verdict: "ask", mine: { t: "b" }, merged: { t: "c" }, report: [], clashes }], json("{}"));
  assert.deepEqual(await shown.conflict({ id: "r1" }), { id: "r1", url: URL_OF_CARD, method: "PATCH", base: { t: "a" }, mine: { t: "b" }, theirs: { t: "c" }, merged: { t: "c" }, report: [], clashes });
  await assert.rejects(shown.conflict({ id: "r2" }), { message: "no such conflict in the queue" });

  const open = await worker("merge", [{ verdict: "ask", clashes }], json("{}"));
  await assert.rejects(open.resolve({ id: "r1", decision: { choices: {} } }), { message: 'choices: nothing is chosen for "/t"' });

  const { resolve, seen } = await worker("merge", [{ verdict: "send", body: '{"t":"d"}' }], json("{}"));
  await resolve({ id: "r1", decision: { choices: { "/t": { value: "d" } } } });
  const { body, base, ...command } = seen.commands.at(-1);
  assert.deepEqual([command, text(body), text(base)], [{ id: "r1", kind: "queue.resolve" }, '{"t":"d"}', '{"t":"c"}']);
  for (const [decision, kind] of /** @type {const} */ ([["mine", "queue.retry"], ["theirs", "queue.discard"]])) {
    await resolve({ id: "r1", decision });
    assert.deepEqual(seen.commands.at(-1), { id: "r1", kind });
  }
});
