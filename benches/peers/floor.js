// The floor: what any worker costs that answers from memory and does nothing else.
/** @type {Map<string, {body: ArrayBuffer, headers: Headers}>} */
const stored = new Map();

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(Promise.all(["/data/1k", "/data/20k"].map(async (path) => {
    const answer = await fetch(path);
    stored.set(new URL(path, location.href).href, { body: await answer.arrayBuffer(), headers: answer.headers });
  })));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const found = stored.get(event.request.url);
  if (found) event.respondWith(new Response(found.body, { headers: found.headers }));
});
