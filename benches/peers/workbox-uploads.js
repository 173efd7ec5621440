import "./busy.js";
import { Queue } from "workbox-background-sync";
import { clientsClaim } from "workbox-core";
import { registerRoute } from "workbox-routing";
import { NetworkOnly } from "workbox-strategies";
import { worker } from "./worker.js";

const queue = new Queue("uploads");

worker.skipWaiting();
clientsClaim();
// What BackgroundSyncPlugin does, with the queue at hand.
const plugin = { fetchDidFail: async (/** @type {{request: Request}} */ { request }) => queue.pushRequest({ request }) };
registerRoute(({ url }) => url.pathname.startsWith("/upload/"), new NetworkOnly({ plugins: [plugin] }), "POST");

worker.addEventListener("message", (event) => {
  if (event.data?.bench !== "flush") return;
  event.waitUntil(queue.replayRequests().finally(() => event.ports[0]?.postMessage(null)));
});
