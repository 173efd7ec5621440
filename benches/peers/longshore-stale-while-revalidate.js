import "./inside.js";

importScripts("/longshore/longshore-sw.js");

longshore.start({
  ...(MEMORY === undefined ? {} : { memory: MEMORY }),
  routes: [{ match: "/data/*", strategy: "stale-while-revalidate", staleTime: "1h", maxEntries: MAX_ENTRIES, maxAge: "7d" }],
});
