// Lanes that no template can name.

import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.self ??= /** @type {any} */ (globalThis);
const { laneOf } = await import("../sw/more/lanes.js");
const { adopt } = await import("../sw/more/parts.js");

/** The lane of a write under this rule. @param {any} lane @param {unknown} [body] @param {HeadersInit} [headers] */
function laneUnder(lane, body, headers = {}) {
  adopt(/** @type {any} */ ({ begun: () => ({ config: { mutations: [{ match: "/*" }, { match: "/*", lane }] } }) }));
  const bytes = body === undefined ? undefined : new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body)).buffer;
  return laneOf(new Request("https://app.example/api/cards", { method: "POST", headers }), /** @type {any} */ (bytes), 1);
}

test("templates are the engine's", async () => {
  assert.equal(await laneUnder("{path}", {}), undefined);
  assert.equal(await laneUnder(undefined, {}), undefined);
});

test("a header field names it", async () => {
  assert.equal(await laneUnder({ header: "X-Board" }, undefined, { "x-board": "7" }), "7");
  assert.equal(await laneUnder({ header: "X-Board" }), undefined);
});

test("a pointer into the body names it, where there is a text or number", async () => {
  const body = { board: { id: 7, "a/b": ["x", ""] } };
  assert.equal(await laneUnder({ body: "/board/id" }, body), "7");
  assert.equal(await laneUnder({ body: "/board/a~1b/0" }, body), "x");
  for (const pointer of ["/board", "/nothing/id", "/board/a~1b/1"]) assert.equal(await laneUnder({ body: pointer }, body), undefined, pointer);
  assert.equal(await laneUnder({ body: "/board" }, "no JSON"), undefined);
  assert.equal(await laneUnder({ body: "/board" }), undefined, "too large, or none");
});

test("the app's function names it, with what it is asked about", async () => {
  const lane = (/** @type {any} */ { method, url, headers, body }) => `${method} ${new URL(url).pathname} ${headers.get("x-board")} ${body.n}`;
  assert.equal(await laneUnder(lane, { n: 1 }, { "x-board": "7" }), "POST /api/cards 7 1");
  assert.equal(await laneUnder(async () => "late", {}), "late");
  assert.equal(await laneUnder(() => undefined, {}), undefined);
  const { error } = console;
  console.error = () => {};
  assert.equal(await laneUnder(() => { throw new Error("mine"); }, {}), undefined, "its path, then");
  console.error = error;
});

test("writes come to the queue in the order of their making, however long the function takes", async () => {
  const order = /** @type {number[]} */ ([]);
  const lane = async (/** @type {any} */ { body: { n } }) => {
    if (n === 1) await new Promise((resolve) => setTimeout(resolve, 20));
    order.push(n);
    return String(n);
  };
  assert.deepEqual(await Promise.all([laneUnder(lane, { n: 1 }), laneUnder(lane, { n: 2 })]), ["1", "2"]);
  assert.deepEqual(order, [1, 2]);
});
