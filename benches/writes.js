// Writes of the queue's tables, all made by one page. What "kept" means is the peer's to say (`/queue.js`); the origin counts what arrives.
import * as queue from "/queue.js";

/** Writes of one lane are about one of so many lists. */
const LANES = 20;

/**
 * Makes the writes `from` (inclusive) to `to` (exclusive), never more than so many at once, each until the worker has kept it.
 * @param {{from: number, to: number, inFlight: number}} wish
 * @returns {Promise<{took: number, began: number}>} in ms; when it began on the clock that pages and workers share.
 */
export async function enqueue({ from, to, inFlight }) {
  const left = Array.from({ length: to - from }, (_, index) => from + index).values();
  const lane = async () => {
    for (const number of left) await queue.kept(write(number, `${number % LANES}`));
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: inFlight }, lane));
  return { took: performance.now() - began, began: performance.timeOrigin + began };
}

/**
 * One write to a list that no other waits for.
 * @param {{number: number}} wish
 * @returns {Promise<{took: number, began: number, id: string}>}
 */
export async function single({ number }) {
  const began = performance.now();
  const id = await queue.kept(write(number, "single"));
  const took = performance.now() - began;
  return { took, began: performance.timeOrigin + began, id };
}

/** Opens the server, which starts the origin's clock, and tells the worker to send; whoever drains until the end is not waited for. */
export async function drain() {
  const opened = await fetch("/writes/open");
  if (!opened.ok) throw new Error(`the origin was not opened: ${opened.status}`);
  queue.drain().catch((error) => console.warn("drain", error));
}

/** How many writes wait. */
export const waiting = () => queue.waiting();

/** Takes one back. @param {{id: string}} wish */
export const discard = ({ id }) => queue.discard(id);

/** Leaves nothing behind that would go on sending. */
export async function leave() {
  await (await navigator.serviceWorker.ready).unregister();
}

/** @param {number} number @param {string} list */
function write(number, list) {
  const note = "what the person has typed into the field below the title, two lines of it or so, as people do, and then a little more";
  const body = JSON.stringify({ write: number, title: `Item ${number}`, done: false, position: number * 1024, note });
  return fetch(`/api/lists/${list}/items`, { method: "POST", headers: { "content-type": "application/json" }, body });
}
