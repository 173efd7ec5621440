// The page's word to the queue, of one, of a lane and of all.

import assert from "node:assert/strict";
import { test } from "node:test";
import { queueOver } from "../sw/client/queue.js";

const ROWS = [["1", "a", "pending"], ["2", "b", "conflict"], ["3", "a", "dead"], ["4", "b", "waiting"], ["5", "b", "merging"]].map(([id, lane, state]) => ({ id, lane, state }));

/** A queue over these rows, and what the worker was asked. @param {(kind: string, args: any) => any} [answer] */
function rig(answer = () => undefined) {
  /** @type {any[]} */
  const calls = [];
  const call = async (/** @type {string} */ kind, /** @type {any} */ args) => {
    if (kind === "queue.list") return ROWS;
    calls.push([kind.replace("queue.", ""), args.id ?? args.name]);
    return answer(kind, args);
  };
  return { calls, queue: queueOver(/** @type {any} */ ({ call }), async () => /** @type {any} */ ({})) };
}

test("a lane or all are retried from the oldest, but for conflicts, and discarded from the newest", async () => {
  const { queue, calls } = rig();
  await queue.retry("1");
  await queue.retry({ lane: "b" });
  await queue.discard("all");
  await queue.discard({ lane: "a" });
  assert.deepEqual(calls, [
    ["retry", "1"], ["retry", "4"],
    ["discard", "5"], ["discard", "4"], ["discard", "3"], ["discard", "2"], ["discard", "1"],
    ["discard", "3"], ["discard", "1"],
  ]);
});

test("what is gone meanwhile needs nothing, and what fails is told once the others are done", async () => {
  const { queue, calls } = rig((_, { id }) => {
    if (id === "4") throw new Error("no such mutation in the queue");
    if (id === "2") throw new Error("it is being sent; try again");
  });
  await assert.rejects(queue.discard("all"), /being sent/);
  assert.deepEqual(calls.map(([, id]) => id), ["5", "4", "3", "2", "1"]);
});

test("pauses go by name", async () => {
  const { queue, calls } = rig();
  await queue.pause("7");
  await queue.pause({ lane: "boat" });
  await queue.resume("all");
  await assert.rejects(queue.pause(/** @type {any} */ ({ lanes: ["x"] })), TypeError);
  assert.deepEqual(calls, [["pause", "7"], ["pause", "lane:boat"], ["resume", "all"]]);
});

test("an edit is sent as bytes: objects as JSON, the rest as fetch would", async () => {
  /** @type {string[]} */
  const bodies = [];
  const { queue } = rig((_, { body }) => bodies.push(new TextDecoder().decode(body)));
  await queue.edit("row", { a: 1 });
  await queue.edit("row", [1]);
  await queue.edit("row", "text");
  await queue.edit("row", new URLSearchParams({ a: "b c" }));
  assert.deepEqual(bodies, ['{"a":1}', "[1]", "text", "a=b+c"]);
  await assert.rejects(queue.edit("2", { after: "3" }), /names 3/);
  await assert.rejects(queue.edit("row", /** @type {any} */ (undefined)), TypeError);
  await assert.rejects(queue.edit("row", new FormData()), TypeError);
  await assert.rejects(queue.edit("row", new Uint8Array(4 * 1024 * 1024 + 1)), RangeError);
});
