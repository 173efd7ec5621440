// Which writes become part of which.

import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.self ??= /** @type {any} */ (globalThis);
const { coalesced } = await import("../sw/more/coalesce.js");
const { adopt } = await import("../sw/more/parts.js");

const URL = "https://app.example/api/cards";
const ID = "01a223082699-000000-ec4ced993c6d";
const JSON_TYPE = "application/json";

/** A row that waits. @param {object} [other] */
const row = (other) => ({ id: ID, lane: "l", method: "PUT", url: `${URL}/7`, headers: "", credentials: "same-origin", state: { word: "pending" }, attempts: 0, body: { content_type: JSON_TYPE }, ...other });

/**
 * What becomes of a write, and what the queue was told.
 * @param {{rows: object[], method?: string, url?: string, headers?: Record<string, string>, body?: string, lane?: string, identity?: string, route?: object, refuses?: boolean}} how
 */
async function join({ rows, method = "PATCH", url = `${URL}/7`, headers = {}, body = "{}", lane, identity, route, refuses = false }) {
  /** @type {any[]} */
  const told = [];
  const command = async (/** @type {any} */ { kind, id, only }) => {
    told.push([kind, id, only]);
    if (refuses) throw new Error("it is being sent; try again");
  };
  const mutations = [{ coalesce: true, creates: true, ...route }];
  adopt(/** @type {any} */ ({
    begun: () => ({ config: { mutations }, table: { mutations: [() => true] } }), rows: async () => rows, ask: async () => "{}",
    engine: { call: (/** @type {any} */ use) => use({ command }) }, store: { rowBodies: async (/** @type {string[]} */ ids) => ids.map((id) => (id.includes("#") ? undefined : new ArrayBuffer(2))) },
  }));
  const request = new Request(url, { method, headers: method === "DELETE" ? headers : { "content-type": JSON_TYPE, ...headers } });
  const bytes = /** @type {ArrayBuffer} */ (new TextEncoder().encode(body).buffer);
  const found = await coalesced(request, 0, method === "DELETE" ? undefined : bytes, lane, identity);
  if (typeof found === "function") {
    await found(new Response(null, { status: 202 }));
    return ["outdates", told];
  }
  return [found?.status, told];
}

test("a change becomes part of what was never sent", async () => {
  assert.deepEqual(await join({ rows: [row()] }), [202, [["queue.edit", ID, 1]]]);
  assert.deepEqual(await join({ rows: [row({ method: "POST", url: `${URL}?a=b` })], url: `${URL}/${ID}` }), [202, [["queue.edit", ID, 1]]]);
  assert.deepEqual(await join({ rows: [row({ method: "POST", url: URL, body: undefined })], url: `${URL}/${ID}`, method: "DELETE" }), [204, [["queue.discard", ID, 1]]]);
});

test("what removes or replaces it as a whole has it dropped, once that is kept", async () => {
  assert.deepEqual(await join({ rows: [row()], method: "DELETE" }), ["outdates", [["queue.discard", ID, 0]]]);
  assert.deepEqual(await join({ rows: [row({ method: "PATCH" })], method: "PUT" }), ["outdates", [["queue.discard", ID, 0]]]);
});

test("every other write is one of its own", async () => {
  const behind = { ...row(), id: "11a223082699-000000-ec4ced993c6d", url: `${URL}/8` };
  const alone = [
    { rows: [] },
    { rows: [row({ attempts: 1 })] }, { rows: [row({ first_key: "k" })] }, { rows: [row({ state: { word: "waiting" } })] }, { rows: [row(), behind] },
    { rows: [row({ method: "POST", url: URL })], url: URL }, { rows: [row({ method: "POST", url: URL })], url: URL, method: "DELETE" },
    { rows: [row({ method: "POST", url: URL })], url: `https://app.example/api/favorites/${ID}`, method: "DELETE" },
    { rows: [row({ method: "POST", url: URL })], url: `${URL}/${ID}`, method: "DELETE", route: { creates: undefined } },
    { rows: [row({ method: "DELETE" })] }, { rows: [row()], method: "POST" }, { rows: [row()], route: { coalesce: false } },
    { rows: [row()], headers: { "if-match": '"1"' } }, { rows: [row()], headers: { "if-none-match": "*" } },
    { rows: [row({ body: { content_type: "application/json-patch+json" } })], headers: { "content-type": "application/json-patch+json" } },
    { rows: [row({ body: { content_type: "text/plain" } })] },
    { rows: [row({ identity: "ann" })], identity: "bob" }, { rows: [row({ credentials: "omit" })] }, { rows: [row()], headers: { authorization: "Bearer b" } },
    { rows: [row()], lane: "other" }, { rows: [row()], body: `{"of":"${ID}"}` },
  ];
  for (const how of alone) assert.deepEqual(await join(how), [undefined, []], JSON.stringify(how));
  assert.deepEqual((await join({ rows: [row()], refuses: true }))[0], undefined, "the queue has begun to send it");
});
