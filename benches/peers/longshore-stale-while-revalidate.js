/* global longshore */
importScripts("/longshore/longshore-sw.js");
longshore.start({
  routes: [{ match: "/data/*", strategy: "stale-while-revalidate", staleTime: "1h", maxEntries: 50, maxAge: "7d" }],
});
