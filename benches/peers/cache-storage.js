// A worker by hand: cache-first from Cache Storage, the oldest dropped beyond the limit.
import "./inside.js";
import { takeOver, wanted, worker } from "./worker.js";

const opened = caches.open("data");

takeOver();

worker.addEventListener("fetch", (event) => {
  if (wanted(event)) event.respondWith(answer(event));
});

/** @param {FetchEvent} event */
async function answer(event) {
  const cache = await opened;
  const found = await cache.match(event.request);
  if (found) return found;
  const fetched = await fetch(event.request);
  if (fetched.ok) event.waitUntil(keep(cache, event.request, fetched.clone()));
  return fetched;
}

/** How many are kept; -1 until counted. */
let kept = -1;

/** @param {Cache} cache @param {Request} request @param {Response} response */
async function keep(cache, request, response) {
  await cache.put(request, response);
  if (MAX_ENTRIES === undefined) return;
  if (kept < 0) kept = (await cache.keys()).length;
  else kept += 1;
  if (kept <= MAX_ENTRIES) return;
  // In the order in which they were put.
  const keys = await cache.keys();
  const over = keys.slice(0, Math.max(0, keys.length - MAX_ENTRIES));
  await Promise.all(over.map((key) => cache.delete(key)));
  kept = keys.length - over.length;
}
