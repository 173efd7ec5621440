// How the queue stands, in numbers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { statusOf } from "../sw/client/status.js";

const NOW = 1_000_000;

/** @param {string} state @param {string} lane @param {object} [more] @returns {any} */
const row = (state, lane, more = {}) => ({ state, lane, createdAt: NOW, notBefore: null, ...more });

test("each write counts once, and those behind a refused one are parked", () => {
  const rows = [row("dead", "a"), row("pending", "a"), row("waiting", "a"), row("sending", "b"), row("pending", "b"), row("unknown", "c"), row("conflict", "d"), row("merging", "e")];
  const { oldest, stalled, total, ...counts } = statusOf(rows, true, NOW);
  assert.deepEqual(counts, { waiting: 1, sending: 1, unknown: 1, merging: 1, conflict: 1, dead: 1, parked: 2, paused: 0 });
  assert.equal(Object.values(counts).reduce((sum, count) => sum + count), total);
  assert.deepEqual([oldest, stalled], [NOW, false]);
  assert.deepEqual(statusOf([], true, NOW).oldest, null);
});

test("it stalls where the server answers, and what has been due for a minute does not move", () => {
  const stalls = (/** @type {any[]} */ rows, online = true) => statusOf(rows, online, NOW).stalled;
  const late = { createdAt: NOW - 61_000 };
  assert.equal(stalls([row("pending", "a", late)]), true);
  assert.equal(stalls([row("pending", "a", late)], false), false, "offline");
  assert.equal(stalls([row("waiting", "a", { ...late, notBefore: NOW - 1000 })]), false, "due a moment ago");
  assert.equal(stalls([row("pending", "a", late), row("sending", "b")]), false, "something moves");
  assert.equal(stalls([row("dead", "a"), row("pending", "a", late)]), false, "it waits for a person");
  assert.equal(stalls([row("pending", "a", { ...late, paused: true }), row("pending", "a", late)]), false, "a person has paused it");
});

test("what is paused holds those behind it, and not those before it", () => {
  const rows = [row("waiting", "a"), row("pending", "a", { paused: true }), row("pending", "a"), row("pending", "b")];
  const { waiting, paused, parked } = statusOf(rows, true, NOW);
  assert.deepEqual({ waiting, paused, parked }, { waiting: 2, paused: 2, parked: 0 });
});
