// What the mirror of precached files takes, leaves and gives up. Runs `sw/works/mirror.js` beside a Cache Storage of a few lines.

import assert from "node:assert/strict";
import { test } from "node:test";

const SCOPE = "https://app.example/";
/** @type {Map<string, Response>} */
const held = new Map();
const cache = {
  keys: async () => [...held.keys()].map((url) => ({ url })),
  put: async (/** @type {string} */ url, /** @type {Response} */ file) => held.set(url, file),
  delete: async (/** @type {string} */ url) => held.delete(url),
};
/** @type {any} */
const registration = { scope: SCOPE, installing: null, waiting: null };
Object.assign(globalThis, { self: { registration, location: { href: `${SCOPE}sw.js` } }, caches: { open: async () => cache } });
const { mirror } = await import("../sw/works/mirror.js");
const { Table } = await import("../sw/shell/routes.js");

/** What the mirror has of a config, as paths. @param {any} config @param {{[path: string]: string}} types of what the engine has stored. */
async function mirrored(config, types) {
  const store = {
    kept: async (/** @type {string} */ key) => {
      const type = types[new URL(key).pathname];
      return type && new Response("x", { headers: { "content-type": type, vary: "Origin" } });
    },
  };
  const urls = await mirror(config, new Table(config, SCOPE), /** @type {any} */ (store), "mirror");
  return urls.map((url) => url.slice(SCOPE.length - 1));
}

const named = (/** @type {string[]} */ ...urls) => urls.map((url) => ({ url, revision: null }));

test("only what is stored, whose URL changes with it, and which nothing else would answer", async () => {
  held.clear();
  const config = {
    routes: [
      { match: "/assets/*", strategy: "cache-first" },
      { match: "/live/*", strategy: "network-first" },
      { match: "/aged/*", strategy: "cache-first", maxAge: "1d" },
      { match: "/never/*", strategy: "network-only" },
    ],
    precache: [
      "/index.html", { url: "/logo.svg", revision: "1" }, { url: "/later.js" },
      ...named("/a.js", "/assets/b.js", "/live/c.js", "/aged/d.js", "/never/e.js", "/film.webm", "/lost.js"),
    ],
  };
  const script = "text/javascript";
  const types = { "/a.js": script, "/assets/b.js": script, "/live/c.js": script, "/aged/d.js": script, "/never/e.js": script, "/film.webm": "video/webm" };
  assert.deepEqual(await mirrored(config, types), ["/a.js", "/assets/b.js"]);
  const file = held.get(`${SCOPE}a.js`);
  assert.equal(file?.headers.get("cache-status"), "Longshore; hit; detail=mirror");
  assert.equal(file?.headers.has("vary"), false, "requests that differ in fields get it too");
});

test("what is there is not read again; what is listed no more goes once no other version installs", async () => {
  held.clear();
  await mirrored({ precache: named("/old.js", "/both.js") }, { "/old.js": "text/javascript", "/both.js": "text/javascript" });
  registration.waiting = {};
  assert.deepEqual(await mirrored({ precache: named("/both.js") }, {}), ["/both.js"]);
  assert.equal(held.size, 2);
  registration.waiting = null;
  assert.deepEqual(await mirrored({ precache: named("/both.js") }, {}), ["/both.js"]);
  assert.equal(held.size, 1);
});
