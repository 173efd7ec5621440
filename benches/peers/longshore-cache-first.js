import "./inside.js";

importScripts("/longshore/longshore-sw.js");

longshore.start({
  ...(MEMORY === undefined ? {} : { memory: MEMORY }),
  routes: [{ match: "/data/*", strategy: "cache-first", maxEntries: MAX_ENTRIES, maxAge: "7d" }],
});
