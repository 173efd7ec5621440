// Several writes in one request: how it is written, and what becomes of each when something is amiss.

import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.self ??= /** @type {any} */ (globalThis);
const { answersOf, isItem, requestOf } = await import("../sw/more/batch.js");
const { batched } = await import("../sw/more/batches.js");
const { adopt } = await import("../sw/more/parts.js");

const ORIGIN = "https://app.example";
const bytes = (/** @type {string} */ text) => /** @type {ArrayBuffer} */ (new TextEncoder().encode(text).buffer);

/** A write of JSON. @param {string} path @param {string} [text] @param {[string, string][]} [fields] @returns {import("../sw/more/batch.js").Item} */
const item = (path, text = "{}", fields = []) => ({ method: "POST", url: ORIGIN + path, headers: [["content-type", "application/json"], ...fields], body: bytes(text) });

test("JSON stands in a batch as it was written, text as a JSON text, and each waits for the one before", () => {
  const secret = /** @type {[string, string]} */ (["authorization", "Bearer t"]);
  const items = [
    item("/a?b=c", '{"n": 9007199254740993}', [secret, ["idempotency-key", "k"]]),
    { method: "PUT", url: `${ORIGIN}/x`, headers: /** @type {[string, string][]} */ ([["content-type", "text/plain"]]), body: bytes('"quoted"') },
    { method: "DELETE", url: `${ORIGIN}/d`, headers: [] },
  ];
  const { headers, body } = requestOf(items, ORIGIN);
  assert.equal(headers.authorization, "Bearer t");
  assert.match(body, /"body":\{"n": 9007199254740993\}/);
  const { requests } = JSON.parse(body);
  assert.deepEqual(requests[0].headers, { "content-type": "application/json", "idempotency-key": "k" });
  assert.deepEqual(requests.map((/** @type {any} */ { id, method, url, dependsOn }) => [id, method, url, dependsOn]), [
    ["0", "POST", "/a?b=c", undefined], ["1", "PUT", "/x", ["0"]], ["2", "DELETE", "/d", ["1"]],
  ]);
  assert.deepEqual([requests[1].body, "body" in requests[2]], ['"quoted"', false]);
});

test("files, form data, broken JSON and conditions go by themselves", () => {
  assert.ok(isItem(item("/a")) && isItem({ ...item("/a"), headers: [], body: undefined }));
  const wrong = [
    item("/a", "no JSON"), item("/a", "{}", [["if-match", '"1"']]), item("/a", "{}", [["if-none-match", "*"]]), { ...item("/a"), body: new Uint8Array([0xfc]).buffer }, { ...item("/a"), body: new Blob(["{}"]) },
    { ...item("/a"), body: { token: 1, byteLength: 9 } }, { ...item("/a"), headers: /** @type {[string, string][]} */ ([["content-type", "multipart/form-data; boundary=x"]]) },
  ];
  for (const one of wrong) assert.equal(isItem(one), false, JSON.stringify(one));
});

test("each has its own answer; without one it is unknown, behind a failed one it is not yet", async () => {
  const responses = [
    { id: "2", status: 201, headers: { "content-type": "application/json" }, body: { id: 7 } }, { id: 0, status: 204, body: "x" },
    { id: "1", status: 424 }, { id: "6", status: 401 }, { id: "4", status: 99 }, { id: "5", status: 200, headers: { "content-type": "text/plain" }, body: "text" },
  ];
  const answers = await answersOf(Response.json({ responses }), 7);
  assert.deepEqual([await answers(2).json(), answers(0).status, await answers(5).text()], [{ id: 7 }, 204, "text"]);
  for (const place of [1, 6]) assert.throws(() => answers(place), { name: "LongshoreEarly" });
  for (const place of [3, 4, 7]) assert.throws(() => answers(place), { name: "TimeoutError" });
});

test("a refusal of the whole is the first one's, and the others wait; what is no answer to a batch settles nothing", async () => {
  const answers = await answersOf(new Response("busy", { status: 503, headers: { "retry-after": "7" } }), 2);
  assert.deepEqual([answers(0).status, answers(0).headers.get("retry-after"), await answers(0).text()], [503, "7", "busy"]);
  assert.throws(() => answers(1), { name: "LongshoreEarly" });
  for (const body of ["<!doctype html>", "[]", "null", "{}"]) await assert.rejects(answersOf(new Response(body), 2), /no list of responses/, body);
});

/**
 * A queue with these rows of one lane, whose engine says yes to those in `joins`, and hands over those in `comes`.
 * @param {{joins?: string[], comes?: string[], paused?: string[], states?: Record<string, any>, other?: object, batch?: any, answer?: () => Response}} how
 */
function rig({ other = {}, joins = ["2", "3"], comes = joins, paused = [], states = {}, batch = { url: `/batch/${Math.random()}` }, answer }) {
  const rows = ["1", "2", "3"].map((id) => {
    return { id, lane: "l", method: "POST", url: `${ORIGIN}/w/${id}`, headers: "content-type: application/json\n", body: { size: 2 }, state: { word: "pending", ...states[id] }, ...(id === "2" ? other : {}) };
  });
  const write = (/** @type {string} */ id) => /** @type {any} */ ({ id, method: "POST", url: `${ORIGIN}/w/${id}`, headers: [["content-type", "application/json"]] });
  const send = (/** @type {string} */ id) => batched(write(id), item(`/w/${id}`));
  /** @type {Record<string, Promise<any>>} */
  const sent = {};
  const command = async (/** @type {any} */ { id }) => {
    if (!joins.includes(id)) throw new Error("busy");
    if (comes.includes(id)) setTimeout(() => (sent[id] = send(id).then((response) => response?.status, (error) => error.name)));
  };
  const table = { origin: ORIGIN, mutations: [() => true] };
  const parts = {
    begun: () => ({ config: { mutations: [{ batch }] }, table }), engine: { call: (/** @type {any} */ use) => use({ command }) },
    rows: async () => rows, store: { paused: async () => paused, rowBodies: async () => rows.map(() => bytes("{}")) },
  };
  adopt(/** @type {any} */ (parts));
  /** @type {any[]} */
  const asked = [];
  globalThis.fetch = /** @type {any} */ (async (/** @type {URL} */ url, /** @type {any} */ { body }) => {
    const { requests } = JSON.parse(body);
    asked.push([url.pathname, requests.map((/** @type {any} */ { url }) => url)]);
    return answer?.() ?? Response.json({ responses: requests.map((/** @type {any} */ { id }) => ({ id, status: 200 + Number(id) })) });
  });
  return { asked, sent, send };
}

test("what is behind a write goes along, in its order", async () => {
  const { asked, sent, send } = rig({});
  assert.equal((await send("1"))?.status, 200);
  assert.deepEqual([await sent["2"], await sent["3"]], [201, 202]);
  assert.deepEqual(asked.map(([, urls]) => urls), [["/w/1", "/w/2", "/w/3"]]);
});

test("the first that does not fit ends the batch", async () => {
  const ends = [{ joins: ["3"] }, { other: { identity: "bob" } }, { other: { credentials: "omit" } }, { other: { headers: "content-type: application/json\nauthorization: Bearer b\n" } }, { other: { url: "https://other.example/w" } }, { paused: ["2"] }, { states: { 2: { until: Date.now() + 60_000 } } }, { batch: { url: "/one", maxItems: 1 } }, { batch: { url: "/small", maxBytes: 3 } }];
  for (const end of ends) {
    const { asked, send } = rig(end);
    assert.equal(await send("1"), undefined, JSON.stringify(end));
    assert.deepEqual(asked, []);
  }
});

test("what does not come in time is left out with all behind it, and held back when it comes", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { asked, sent, send } = rig({ comes: ["3"] });
  const first = send("1");
  for (let turn = 0; turn < 50; turn += 1) {
    await Promise.resolve();
    context.mock.timers.tick(200);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(await first, undefined, "it goes by itself");
  assert.equal(await sent["3"], "LongshoreEarly");
  await assert.rejects(send("2"), { name: "LongshoreEarly" });
  assert.deepEqual(asked, []);
});

test("an endpoint that takes no batches is left alone; one that is busy is not", async () => {
  const { warn } = console;
  console.warn = () => {};
  const off = rig({ answer: () => new Response(null, { status: 404 }) });
  assert.equal(await off.send("1"), undefined);
  assert.deepEqual([await off.sent["2"], await off.sent["3"]], ["LongshoreEarly", "LongshoreEarly"]);
  assert.equal(await off.send("1"), undefined);
  assert.equal(off.asked.length, 1);
  const busy = rig({ answer: () => new Response(null, { status: 429 }) });
  assert.deepEqual([(await busy.send("1"))?.status, await busy.sent["2"]], [429, "LongshoreEarly"]);
  console.warn = warn;
});
