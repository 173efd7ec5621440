import "./inside.js";
import { StaleWhileRevalidate, ExpirationPlugin, Serwist } from "serwist";

new Serwist({
  skipWaiting: true,
  clientsClaim: true,
  runtimeCaching: [
    {
      matcher: ({ url }) => url.pathname.startsWith("/data/"),
      handler: new StaleWhileRevalidate({ cacheName: "data", plugins: [new ExpirationPlugin({ maxEntries: MAX_ENTRIES, maxAgeSeconds: 7 * 24 * 3600 })] }),
    },
  ],
}).addEventListeners();
