// As longshore-cache-first.js, with the worker shell bundled into the one script, as Workbox is.
import "./inside.js";
import "longshore/worker";

const limit = MAX_ENTRIES === undefined ? {} : { maxEntries: MAX_ENTRIES };

longshore.start({
  routes: [{ match: "/data/*", strategy: "cache-first", ...limit, maxAge: "7d" }],
});
