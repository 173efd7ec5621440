import "./inside.js";
import { clientsClaim } from "workbox-core";
import { ExpirationPlugin } from "workbox-expiration";
import { registerRoute } from "workbox-routing";
import { CacheFirst } from "workbox-strategies";
import { worker } from "./worker.js";

worker.skipWaiting();
clientsClaim();
registerRoute(
  ({ url }) => url.pathname.startsWith("/data/"),
  new CacheFirst({ cacheName: "data", plugins: [new ExpirationPlugin({ maxEntries: MAX_ENTRIES, maxAgeSeconds: 7 * 24 * 3600 })] }),
);
