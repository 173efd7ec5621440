import "./inside.js";
import { CacheFirst, ExpirationPlugin, Serwist } from "serwist";

const limit = MAX_ENTRIES === undefined ? {} : { maxEntries: MAX_ENTRIES };

new Serwist({
  skipWaiting: true,
  clientsClaim: true,
  runtimeCaching: [
    {
      matcher: ({ url }) => url.pathname.startsWith("/data/"),
      handler: new CacheFirst({ cacheName: "data", plugins: [new ExpirationPlugin({ ...limit, maxAgeSeconds: 7 * 24 * 3600 })] }),
    },
  ],
}).addEventListeners();
