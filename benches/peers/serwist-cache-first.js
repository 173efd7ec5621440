import "./inside.js";
import { CacheFirst, ExpirationPlugin, Serwist } from "serwist";

new Serwist({
  skipWaiting: true,
  clientsClaim: true,
  runtimeCaching: [
    {
      matcher: ({ url }) => url.pathname.startsWith("/data/"),
      handler: new CacheFirst({ cacheName: "data", plugins: [new ExpirationPlugin({ maxEntries: MAX_ENTRIES, maxAgeSeconds: 7 * 24 * 3600 })] }),
    },
  ],
}).addEventListeners();
