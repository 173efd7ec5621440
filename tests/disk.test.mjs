// When room is made before the disk is full, and which answers open pages keep. Runs `sw/works/disk.js` and `observed.js` beside a browser of a few lines.

import assert from "node:assert/strict";
import { test } from "node:test";

let usage = 0;
/** @type {{id: string, asked: any[]}[]} */
let pages = [];
/** @type {any[]} */
const commands = [];
const clients = { matchAll: async () => pages.map(({ id, asked }) => ({ id, postMessage: (/** @type {any} */ message) => asked.push(message) })) };
Object.assign(globalThis, { self: { clients, location: { origin: "https://app.example" }, registration: { scope: "https://app.example/" } } });
const storage = { estimate: async () => ({ usage, quota: 1000 }) };
Object.defineProperty(globalThis, "navigator", { value: { storage }, configurable: true });

const { adopt } = await import("../sw/works/begun.js");
const { look, note: count } = await import("../sw/works/disk.js");
const { ask, isObserved, note } = await import("../sw/works/observed.js");

const runtime = { command: async (/** @type {any} */ command) => void commands.push(command.kind) };
adopt(/** @type {any} */ ({ ready: { database: "longshore:/" } }), async () => /** @type {any} */ (runtime));

test("room is made once nine tenths of the disk are taken, and never where nobody knows", async () => {
  usage = 900;
  await look();
  assert.deepEqual(commands, []);
  usage = 901;
  await look();
  assert.deepEqual(commands, ["make-room"]);
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  await look();
  Object.defineProperty(globalThis, "navigator", { value: { storage: { estimate: () => Promise.reject(new TypeError("opaque")) } }, configurable: true });
  await look();
  assert.deepEqual(commands, ["make-room"]);
  Object.defineProperty(globalThis, "navigator", { value: { storage }, configurable: true });
});

test("while answers are being stored it is looked at from time to time", async () => {
  commands.length = 0;
  for (let commit = 0; commit < 256; commit++) count();
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(commands, ["make-room", "make-room"]);
});

test("what a page observes is known by pattern, for as long as the page is there", async () => {
  assert.ok(!isObserved("https://app.example/a"));
  note("one", ["/a", "/lists/*"]);
  note("two", ["https://cdn.example/*"]);
  assert.ok(isObserved("https://app.example/a?x"));
  assert.ok(isObserved("https://app.example/lists/3#part"));
  assert.ok(isObserved("https://cdn.example/x.png"));
  for (const key of ["https://app.example/b", "https://other.example/a", "POST https://app.example/a 00ff"]) assert.ok(!isObserved(key), key);
  pages = [{ id: "two", asked: [] }];
  await ask();
  assert.deepEqual(pages[0].asked, [{ longshore: 1, kind: "observe" }]);
  assert.ok(!isObserved("https://app.example/a"), "its page is gone");
  assert.ok(isObserved("https://cdn.example/x.png"));
});
