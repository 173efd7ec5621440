// As workbox-cache-first.js, with Workbox by importScripts, as Longshore is.
import "./inside.js";
import { worker } from "./worker.js";

importScripts("/workbox.js");

const limit = MAX_ENTRIES === undefined ? {} : { maxEntries: MAX_ENTRIES };
const { CacheFirst, clientsClaim, ExpirationPlugin, registerRoute } = workbox;

worker.skipWaiting();
clientsClaim();
registerRoute(
  ({ url }) => url.pathname.startsWith("/data/"),
  new CacheFirst({ cacheName: "data", plugins: [new ExpirationPlugin({ ...limit, maxAgeSeconds: 7 * 24 * 3600 })] }),
);
