// Workbox background sync. BackgroundSyncPlugin hides the queue that it makes, so its one line stands here.
import "./inside.js";
import { Queue } from "workbox-background-sync";
import { clientsClaim } from "workbox-core";
import { registerRoute } from "workbox-routing";
import { NetworkOnly } from "workbox-strategies";
import { worker } from "./worker.js";

const queue = new Queue("writes");

worker.skipWaiting();
clientsClaim();
registerRoute(
  ({ url }) => url.pathname.startsWith("/api/"),
  new NetworkOnly({ plugins: [{ fetchDidFail: ({ request }) => queue.pushRequest({ request }) }] }),
  "POST",
);

worker.addEventListener("message", (event) => {
  const { data, ports } = event;
  if (data?.bench !== "waiting" && data?.bench !== "drain") return;
  const done = data.bench === "waiting" ? queue.size() : queue.replayRequests();
  event.waitUntil(
    done.then(
      (value) => ports[0]?.postMessage({ value }),
      (error) => ports[0]?.postMessage({ error: String(error) }),
    ),
  );
});
