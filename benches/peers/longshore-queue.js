import "./inside.js";

importScripts("/longshore/longshore-sw.js");

longshore.start({
  routes: [{ match: "/data/*", strategy: "cache-first", maxAge: "7d" }],
  mutations: [{ match: "/api/*", lane: "{path[2]}" }],
});
