import "./inside.js";

importScripts("/longshore/longshore-sw.js");

// A key that is there must have a value.
const limit = MAX_ENTRIES === undefined ? {} : { maxEntries: MAX_ENTRIES };
const memory = MEMORY === undefined ? {} : { memory: MEMORY };

longshore.start({
  ...memory,
  routes: [{ match: "/data/*", strategy: "stale-while-revalidate", staleTime: "1h", ...limit, maxAge: "7d" }],
});
