import { clientsClaim } from "workbox-core";
import { ExpirationPlugin } from "workbox-expiration";
import { registerRoute } from "workbox-routing";
import { CacheFirst } from "workbox-strategies";

self.skipWaiting();
clientsClaim();
registerRoute(
  ({ url }) => url.pathname.startsWith("/data/"),
  new CacheFirst({ cacheName: "data", plugins: [new ExpirationPlugin({ maxEntries: 50, maxAgeSeconds: 7 * 24 * 3600 })] }),
);
