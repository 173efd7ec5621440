importScripts("/longshore/longshore-sw.js");
longshore.start({
  routes: [
    { mode: "navigate", strategy: "network-first", timeout: "3s" },
    { match: "/*.json", strategy: "stale-while-revalidate", expects: "application/json" },
    { match: ["/*.js", "/*.css", "/*.png"], strategy: "cache-first", maxAge: "30d" },
  ],
});
