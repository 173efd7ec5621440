// The worker's global object, with the type that it has in a service worker, and what every hand-written worker does at its start.
// Answers nothing.

export const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

/** Takes over at once, as the other peers do. */
export function takeOver() {
  worker.addEventListener("install", () => worker.skipWaiting());
  worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));
}

/** What this peer takes. @param {FetchEvent} event */
export function wanted(event) {
  return event.request.method === "GET" && new URL(event.request.url).pathname.startsWith("/data/");
}
