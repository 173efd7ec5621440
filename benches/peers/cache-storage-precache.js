// A worker by hand that precaches into Cache Storage.
import "./inside.js";
import { precached } from "./precached.js";
import { takeOver, worker } from "./worker.js";

takeOver();

worker.addEventListener("install", (event) => event.waitUntil(install()));

worker.addEventListener("fetch", (event) => {
  if (event.request.url.includes("/precache/")) event.respondWith(answer(event.request));
});

async function install() {
  const cache = await caches.open("precache");
  await cache.addAll(precached.map(({ url }) => new Request(url, { cache: "reload" })));
}

/** @param {Request} request */
async function answer(request) {
  return (await caches.match(request)) ?? fetch(request);
}
