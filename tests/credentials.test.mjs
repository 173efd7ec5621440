// What the app's functions are asked for when a write is sent.

import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.self ??= /** @type {any} */ (globalThis);
const { authorized, renewed } = await import("../sw/more/credentials.js");
const { adopt } = await import("../sw/more/parts.js");

/** @param {any} authorize @param {any} [identity] @returns {any} a write of its route. */
function written(authorize, identity) {
  const config = { identity, mutations: [{ match: "/*", authorize }] };
  adopt(/** @type {any} */ ({ begun: () => ({ config, table: { mutations: [() => true], origin: "https://app.example" } }) }));
  return { method: "POST", url: "https://app.example/api/x", headers: [["x-own", "1"]] };
}

test("its fields are laid over those of the write, and a write of nobody's goes out as it is", async () => {
  assert.deepEqual(await authorized(written(() => ({ authorization: "Bearer 1" }))), [["authorization", "Bearer 1"], ["x-own", "1"]]);
  assert.deepEqual(await authorized(written(undefined)), [["x-own", "1"]]);
  assert.equal(await renewed(written(undefined)), undefined);
});

test("where it gives nothing, throws or rejects, the write waits", async () => {
  const { error } = console;
  console.error = () => {};
  const withheld = { name: "LongshoreWithheld" };
  await assert.rejects(authorized(written(() => undefined)), withheld);
  await assert.rejects(authorized(written(() => { throw new Error("at once"); })), withheld);
  await assert.rejects(authorized(written(async () => { throw new Error("later"); })), withheld);
  console.error = error;
});

test("somebody else's write waits", async () => {
  const write = written(undefined, () => "bob");
  await assert.rejects(authorized({ ...write, identity: "ann" }), { name: "LongshoreWithheld" });
  assert.deepEqual(await authorized({ ...write, identity: "bob" }), [["x-own", "1"]]);
});

test("new ones are asked for once for all that meet a 401, whatever was asked for before", async () => {
  /** @type {((fields: any) => void)[]} */
  const answers = [];
  /** @type {boolean[]} */
  const asked = [];
  const write = written((/** @type {any} */ { expired }) => (asked.push(expired), new Promise((resolve) => answers.push(resolve))));
  const usual = authorized(write);
  await Promise.resolve();
  const first = renewed(write);
  await Promise.resolve();
  answers[0]({ authorization: "old" });
  await usual;
  const second = renewed(write);
  await Promise.resolve();
  assert.deepEqual(asked, [false, true], "one refresh");
  answers[1]({ authorization: "new" });
  for (const fields of [await first, await second]) assert.deepEqual(fields?.[0], ["authorization", "new"]);
});
