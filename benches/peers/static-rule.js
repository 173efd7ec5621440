// The floor of static routing: one rule that sends everything past a worker, whose fetch listener then never hears of it.
import "./inside.js";
import { takeOver, wanted, worker } from "./worker.js";

takeOver();

worker.addEventListener("install", (event) => {
  // Not in TypeScript's library, and not in every browser.
  const { addRoutes } = /** @type {any} */ (event);
  if (addRoutes) event.waitUntil(addRoutes.call(event, { condition: { urlPattern: new URLPattern({}) }, source: "network" }));
});

worker.addEventListener("fetch", (event) => {
  if (wanted(event)) event.respondWith(fetch(event.request));
});
