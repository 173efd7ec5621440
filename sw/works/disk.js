// @ts-check
// How full the site's share of the disk is: room is made before the browser must refuse a write, or empty the site's storage as a whole.
// Without `navigator.storage.estimate` nobody knows; then a refused write makes room, and the config's limits go by the ledger's own count.

import { engine } from "./begun.js";

/** The share that may be taken, and how much must be left where that is little, bytes: others of the site may have taken the rest. */
const FULL = 0.9;
const LEFT = 50 << 20;
/** So many notes there are between two looks; each commit is noted twice, before and after. */
const EVERY = 128;

let notes = 0;

/** Counts commits, and looks from time to time. */
export function note() {
  notes += 1;
  if (notes % EVERY === 0) void look().catch(() => {});
}

/** Removes what was unused the longest where the disk is nearly full. */
export async function look() {
  const { usage = 0, quota = Infinity } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
  if (usage > quota * FULL && quota - usage < LEFT) await engine.call((runtime) => runtime.command({ kind: "make-room", early: true }));
}
