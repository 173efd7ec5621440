/* global longshore */
importScripts("/longshore/longshore-sw.js");
longshore.start({
  routes: [{ match: "/data/*", strategy: "cache-first", maxEntries: 50, maxAge: "7d" }],
});
