// The worker shell beside a fake engine: who answers when the engine traps, will not boot, or never had a config.
// Does not test matching (`routes_vectors.mjs`) or the engine.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { buildSync } from "esbuild";

const ORIGIN = "https://app.example";
const path = (/** @type {string} */ relative) => fileURLToPath(new URL(relative, import.meta.url));
const [SHELL, WORKS] = ["../sw/longshore-sw.js", "../sw/works.js"].map((entry) => {
  const [{ text }] = buildSync({ entryPoints: [path(entry)], bundle: true, format: "iife", target: "es2022", write: false, logLevel: "error" }).outputFiles;
  return text;
});
const GLUE = readFileSync(path("fake-glue.js"), "utf8");

const CONFIG = {
  routes: [
    { match: "/api/*", strategy: "stale-while-revalidate" },
    { match: "/live/*", strategy: "network-only" },
    { match: (/** @type {any} */ { url }) => url.pathname === "/asked", strategy: "cache-first" },
    { match: "/late", strategy: "cache-first", method: "GET" },
    { match: "/page", strategy: "network-only", fallback: "/index.html" },
  ],
  mutations: [{ match: "/api/*" }],
  precache: ["/index.html", { url: "/app.js", revision: "1" }],
  cleanup: ["workbox-*"],
};

/** A worker of its own, with the shell run in it. @param {any} [config] */
function worker(config = CONFIG) {
  /** @type {Map<string, (event: any) => void>} */
  const listeners = new Map();
  /** @type {any[]} */
  const sent = [];
  /** @type {string[]} */
  const errors = [];
  const stores = new Map([["workbox-precache", new Map()], ["longshore-0.0.1", new Map()], ["longshore-0.0.1:/other/", new Map()], ["mine", new Map()]]);
  const key = (/** @type {any} */ request) => (typeof request === "string" ? request : request.url);
  const caches = {
    open: async (/** @type {string} */ name) => {
      const entries = stores.get(name) ?? stores.set(name, new Map()).get(name);
      return {
        match: async (/** @type {any} */ request) => entries?.get(key(request))?.clone(),
        put: async (/** @type {any} */ request, /** @type {Response} */ response) => void entries?.set(key(request), response),
        delete: async (/** @type {any} */ request) => entries?.delete(key(request)),
        keys: async () => [...(entries?.keys() ?? [])].map((url) => ({ url })),
      };
    },
    keys: async () => [...stores.keys()],
    delete: async (/** @type {string} */ name) => stores.delete(name),
  };
  /** @type {any} */
  const self = {
    URL, Headers, Request, Response, setTimeout, clearTimeout, WebAssembly, caches, BroadcastChannel: class {
      constructor(/** @type {string} */ name) { this.name = name; }
      postMessage(/** @type {any} */ data) { sent.push({ channel: this.name, ...data }); }
      close() {}
    },
    console: { error: (/** @type {any[]} */ ...all) => errors.push(all.join(" ")), warn() {} },
    location: new URL(`${ORIGIN}/sw.js`),
    registration: { scope: `${ORIGIN}/`, installing: null, waiting: null },
    clients: { claim: async () => sent.push("claim"), matchAll: async () => [] },
    IDBKeyRange: { bound: () => ({}) },
    AbortSignal,
    skipWaiting: async () => void sent.push("skipWaiting"),
    addEventListener: (/** @type {string} */ type, /** @type {any} */ listener) => listeners.set(type, listener),
    importScripts: (/** @type {string} */ url) => {
      if (!url.endsWith("/longshore-off.js")) return vm.runInContext(GLUE + WORKS, self);
      self.__longshoreLeave = async () => sent.push("left");
    },
    fetched: [],
    fetch: async (/** @type {any} */ request) => {
      self.fetched.push(key(request));
      const type = key(request).endsWith(".js") ? "text/javascript" : "application/wasm";
      return new Response(`network:${key(request)}`, { headers: { "content-type": type } });
    },
  };
  self.self = self;
  self.globalThis = self;
  vm.createContext(self);
  vm.runInContext(SHELL, self, { filename: "longshore-sw.js" });
  const registered = [...listeners.keys()];
  if (config !== null) self.longshore.start(config);
  /** @param {string} type @param {any} [fields] */
  const fire = (type, fields = {}) => {
    /** @type {Promise<unknown>[]} */
    const work = [];
    /** @type {any} */
    const event = { clientId: "", ...fields, waitUntil: (/** @type {any} */ p) => void work.push(Promise.resolve(p)), respondWith: (/** @type {any} */ p) => (event.response = Promise.resolve(p)) };
    listeners.get(type)?.(event);
    event.done = (async () => {
      for (let index = 0; index < work.length; index++) await work[index];
    })();
    event.done.catch(() => {});
    return event;
  };
  const fetch = (/** @type {string} */ url, /** @type {any} */ init = {}) => {
    const { mode, ...rest } = init;
    const request = new Request(new URL(url, ORIGIN), rest);
    if (mode) Object.defineProperty(request, "mode", { value: mode });
    return fire("fetch", { request });
  };
  const call = async (/** @type {any} */ data) => {
    /** @type {any} */
    let reply;
    const event = fire("message", { data: { longshore: 1, ...data }, ports: [{ postMessage: (/** @type {any} */ message) => (reply = message) }] });
    await event.done.catch(() => {});
    return reply;
  };
  return { self, registered, sent, errors, stores, fire, fetch, call };
}

/** One whose engine refuses what `start()` is given. @param {any} config */
function started(config) {
  const refusing = worker(null);
  refusing.self.longshore.start(config);
  refusing.self.importScripts = () => {
    vm.runInContext(GLUE + WORKS, refusing.self);
    refusing.self.__fake.checkError = "the engine's words";
  };
  return refusing;
}

/** Compares across the border of the worker's context, whose objects have prototypes of their own. @param {any} actual @param {any} expected */
const same = (actual, expected) => assert.deepEqual(JSON.parse(JSON.stringify(actual)), expected);
const json = async (/** @type {any} */ event) => (await event.response).json();

test("every listener is registered before start() is called", () => {
  same(worker(null).registered, ["install", "activate", "fetch", "message", "sync"]);
});

test("whether a request is taken is known at once", () => {
  const { fetch } = worker();
  const taken = (/** @type {string} */ url, /** @type {any} */ init) => fetch(url, init).response !== undefined;
  assert.ok(taken("/api/x"));
  assert.ok(taken("/asked"));
  assert.ok(taken("/index.html"), "precached");
  assert.ok(taken("/app.js"), "precached with a revision");
  assert.ok(taken("/api/x", { method: "POST", body: "b" }));
  assert.ok(taken("/longshore/client.js"), "kept by the shell");
  assert.ok(taken("/page"), "a fallback stands in");
  assert.ok(taken("/api/x", { headers: { range: "bytes=0-1" } }), "a part of what a route stores");
  assert.ok(taken("/app.js", { headers: { range: "bytes=0-1" } }), "a part of what is precached");
  const left = [
    ["/other"],
    ["/index.html?x"],
    ["/index.html", { method: "HEAD" }],
    ["/live/x"],
    ["https://elsewhere.example/api/x"],
    ["/api/x", { method: "HEAD", headers: { range: "bytes=0-1" } }],
    ["/api/x", { method: "POST", body: "b", headers: { range: "bytes=0-1" } }],
    ["/other", { headers: { range: "bytes=0-1" } }],
    ["/page", { headers: { range: "bytes=0-1" } }],
    ["/api/x", { headers: { range: "bytes=0-1", accept: "text/event-stream" } }],
    ["/api/x", { headers: { accept: "text/event-stream" } }],
    ["/api/x", { method: "POST", body: "b", mode: "navigate" }],
    ["/other", { method: "POST", body: "b" }],
    ["/longshore/longshore-sw.js"],
    ["/longshore/longshore-0123456789ab.wasm"],
  ];
  for (const [url, init] of left) assert.equal(taken(/** @type {string} */ (url), init), false, JSON.stringify([url, init]));
});

test("a match function that throws or waits takes nothing", () => {
  const broken = [() => { throw new Error("no"); }, async () => true];
  const { fetch, errors } = worker({ routes: broken.map((match) => ({ match, strategy: "cache-first" })) });
  assert.equal(fetch("/x").response, undefined);
  assert.match(errors.join("\n"), /threw.*\n.*at once/);
});

test("install stores the wasm, boots and checks once; later boots read the stored wasm", async () => {
  const { self, fire, fetch, stores } = worker();
  await fire("install").done;
  const stored = [...(stores.get("longshore-__LONGSHORE_VERSION__")?.keys() ?? [])];
  same(stored, [`${ORIGIN}/longshore/__LONGSHORE_DESK__`, `${ORIGIN}/longshore/client.js`, `${ORIGIN}/longshore/__LONGSHORE_WASM__`]);
  same(self.__fake.calls.map(([name, { kind } = {}]) => kind ?? name), ["check", "init", "install"]);
  same(self.__fake.calls[0][1].routes[2].match, { hook: true });
  self.__fake.instances[0].env.trapped("over");
  self.fetched.length = 0;
  assert.equal((await json(fetch("/api/x"))).route, 0);
  same(self.fetched, []);
  assert.equal(self.__fake.boots, 2);
});

test("activation claims, and removes foreign caches and older versions of this scope only", async () => {
  const { fire, sent, stores } = worker();
  await fire("install").done;
  await fire("activate").done;
  assert.ok(sent.includes("claim"));
  same([...stores.keys()], ["longshore-0.0.1:/other/", "mine", "longshore-__LONGSHORE_VERSION__"]);
});

test("a wrong shape does not throw, fails the install, and is told by broadcast and by hello", async () => {
  const { fire, sent, call, fetch, errors } = worker({ routes: [{ match: ["/api/*", "api"], strategy: "cache-first" }] });
  const message = 'routes[0].match[1]: expected a pattern such as "/api/*", got "api" (it must start with "/" or "https://")';
  await assert.rejects(fire("install").done, { name: "LongshoreConfigError", message });
  const [{ at, ...told }] = sent;
  same(told, { channel: "longshore:/", v: 1, kind: "config-error", message });
  same(await call({ kind: "hello" }), { ok: false, error: { name: "LongshoreConfigError", message } });
  assert.match(errors.join(), /routes\[0\]\.match\[1\]/);
  assert.equal(fetch("/api/x").response, undefined);
});

test("whatever shape a config has, the engine sees it as it was given and names what is wrong", async () => {
  for (const config of [[], "x", null, { routes: {} }, { routes: [null] }, { mutations: [{}] }, { precache: [7] }, { precache: "x" }, { base: "longshore/" }, { killSwitch: 3 }]) {
    const { errors, fire: begin, self: other } = started(config);
    await assert.rejects(begin("install").done, { name: "LongshoreConfigError", message: "the engine's words" }, JSON.stringify(config));
    assert.equal(errors.join("\n"), "longshore: the engine's words");
    same(other.__fake.calls[0], ["check", config]);
  }
});

test("works that cannot be imported fail the install, and leave requests to the network", async () => {
  const { self, fire, fetch, sent } = worker();
  self.importScripts = vm.runInContext('() => { throw new Error("404"); }', self);
  const message = `${ORIGIN}/longshore/__LONGSHORE_WORKS__ could not be imported (404); it lies beside longshore-sw.js, and base says where`;
  await assert.rejects(fire("install").done, { message });
  same(sent.map(({ kind }) => kind), ["install-error"]);
  assert.equal(await (await fetch("/api/x").response).text(), `network:${ORIGIN}/api/x`);
  assert.equal(await (await fetch("/api/x", { method: "POST", body: "b" }).response).text(), `network:${ORIGIN}/api/x`);
});

test("the engine's check fails the install in the same way, and start() must have been called", async () => {
  const checked = worker();
  checked.self.__fake = undefined;
  checked.self.importScripts = () => {
    vm.runInContext(GLUE + WORKS, checked.self);
    checked.self.__fake.checkError = "routes[0].stratgy: unknown key";
  };
  await assert.rejects(checked.fire("install").done, { name: "LongshoreConfigError", message: "routes[0].stratgy: unknown key" });
  assert.equal(checked.sent.at(-1).kind, "config-error");
  const silent = worker(null);
  await assert.rejects(silent.fire("install").done, /start\(\) was not called/);
});

test("a failed precache is an install error, not a config error", async () => {
  const { self, fire, sent } = worker();
  self.importScripts = () => {
    vm.runInContext(GLUE + WORKS, self);
    self.__fake.installError = "/a.html: 404";
  };
  await assert.rejects(fire("install").done, /404/);
  same(sent.map(({ kind, message }) => [kind, message]), [["install-error", "/a.html: 404"]]);
});

test("a trap: reads are answered by the network, writes by what is known of them, the next by a fresh engine", async () => {
  const { self, fetch } = worker();
  const slow = fetch("/api/slow");
  await turn();
  assert.equal(await (await fetch("/api/trap").response).text(), `network:${ORIGIN}/api/trap`);
  assert.equal(await (await slow.response).text(), `network:${ORIGIN}/api/slow`, "under way when the other one trapped");
  const kept = await fetch("/api/queued-then-trap", { method: "POST", body: "b" }).response;
  same([kept.status, kept.headers.get("Longshore-Queued"), await kept.json()], [202, "row-1", { queued: "row-1", reason: "worker-fault" }]);
  assert.equal((await json(fetch("/api/x"))).route, 0);
  assert.equal(self.__fake.boots, 3);
});

test("a write that was handed over and not kept gets 503, and is not sent from the shell", async () => {
  const { self, fetch } = worker();
  const { status, headers } = await fetch("/api/trap", { method: "POST", body: "b" }).response;
  same([status, headers.get("content-type")], [503, "application/problem+json"]);
  assert.ok(!self.fetched.includes(`${ORIGIN}/api/trap`));
});

test("three traps in a minute open the breaker", async () => {
  const { fetch, call } = worker();
  for (let n = 0; n < 3; n++) await fetch("/api/trap").response;
  assert.equal(await (await fetch("/api/x").response).text(), `network:${ORIGIN}/api/x`);
  assert.equal(fetch("/api/x", { method: "POST", body: "b" }).response, undefined, "a write is the browser's then");
  assert.match((await call({ kind: "version" })).error.message, /three times in a minute/);
});

test("a fault of the engine that is no trap sends reads to the network and keeps the instance", async () => {
  const { self, fetch } = worker();
  assert.equal(await (await fetch("/api/fails").response).text(), `network:${ORIGIN}/api/fails`);
  await fetch("/api/x").response;
  assert.equal(self.__fake.boots, 1);
});

test("without wasm reads and writes go to the network", async () => {
  const { self, fetch, fire } = worker();
  await fire("install").done;
  self.__fake.failBoot = true;
  self.__fake.instances[0].env.trapped("over");
  assert.equal(await (await fetch("/api/x").response).text(), `network:${ORIGIN}/api/x`);
  assert.equal(await (await fetch("/api/y", { method: "POST", body: "b" }).response).text(), `network:${ORIGIN}/api/y`);
});

test("an uncaught trap counts; the one that follows the panic hook does not count twice", async () => {
  const { self, fetch, fire } = worker();
  await fetch("/api/x").response;
  const [{ env }] = self.__fake.instances;
  env.trapped("first");
  await fetch("/api/x").response;
  fire("error", { error: new WebAssembly.RuntimeError("unreachable") });
  await fetch("/api/x").response;
  assert.equal(self.__fake.boots, 2);
  await env.ended;
  await new Promise((resolve) => setTimeout(resolve, 120));
  fire("unhandledrejection", { reason: new WebAssembly.RuntimeError("out of memory") });
  await fetch("/api/x").response;
  assert.equal(self.__fake.boots, 3);
});

test("the first event of a life wakes the queue, after its answer; taken or not", async () => {
  for (const url of ["/api/x", "/other"]) {
    const { self, fetch } = worker();
    await fetch(url).done;
    await fetch(url).done;
    same(self.__fake.calls.filter(([name]) => name === "wake"), [["wake", "start"]]);
  }
});

test("the first event of a life has the precache repaired, and the kill switch asked about", async () => {
  const { self, fetch, sent } = worker({ ...CONFIG, killSwitch: "/off.json" });
  await fetch("/other").done;
  same(self.__fake.calls.at(-1), ["command", { kind: "repair", keys: [] }]);
  assert.ok(self.fetched.includes("/off.json"));
  same(sent, []);
  assert.ok(fetch("/api/x").response, "what says nothing changes nothing");
});

test("a version whose wasm does not boot hears of the kill switch all the same", async () => {
  const { self, fetch, sent } = worker({ ...CONFIG, killSwitch: "/off.json" });
  const { fetch: others } = self;
  self.fetch = (/** @type {any} */ asked) => {
    if (asked === "/off.json") return Promise.resolve(Response.json({ off: true }));
    return String(asked.url ?? asked).endsWith(".wasm") ? Promise.reject(new TypeError("no wasm")) : others(asked);
  };
  await fetch("/other").done;
  assert.ok(sent.includes("left"));
});

test("the kill switch acts on a 200 that says so in JSON, and on nothing else", async () => {
  const says = [
    [() => new Response("{}", { status: 404 }), false],
    [() => Response.json({ off: true }, { status: 503 }), false],
    [() => new Response("<p>Log in</p>"), false],
    [() => Response.json({ off: "true" }), false],
    [() => Response.json(null), false],
    [() => Promise.reject(new TypeError("no network")), false],
    [() => Response.json({ off: true }), true],
  ];
  for (const [answer, acts] of says) {
    const { self, fetch, sent } = worker({ ...CONFIG, killSwitch: "/off.json" });
    const { fetch: others } = self;
    self.fetch = (/** @type {any} */ asked, /** @type {any} */ init) => (asked === "/off.json" ? answer(init) : others(asked));
    await fetch("/api/x").done;
    same([sent.includes("left"), fetch("/api/x").response === undefined], [acts, acts]);
    const next = worker({ ...CONFIG, killSwitch: "/off.json" });
    next.self.fetch = self.fetch;
    if (acts) await assert.rejects(next.fire("install").done, /switched off by \/off.json/);
    else await next.fire("install").done;
  }
});

test("a manifest of Workbox's tools is taken as it is", async () => {
  const list = [{ url: "app.3f.js", revision: null }, "page.html", { url: "page.html", revision: "1" }, { url: "/app.3f.js", revision: null }, "./page.html"];
  const { self, fire, fetch } = worker({ precache: list });
  await fire("install").done;
  const [[, config]] = self.__fake.calls.filter(([name]) => name === "check");
  // Two that disagree are the engine's to refuse.
  same(config.precache, [{ url: "/app.3f.js", revision: null }, "/page.html", { url: "/page.html", revision: "1" }]);
  assert.ok(fetch("/app.3f.js").response);
  assert.ok(fetch("/page.html").response);
});

test("a sync rejects while something is left, so that the browser comes again", async () => {
  const { self, fire, fetch } = worker();
  await fetch("/api/x").response;
  self.__fake.empty = false;
  await assert.rejects(fire("sync", { tag: "longshore-queue" }).done, /still waiting/);
  self.__fake.empty = true;
  await fire("sync", { tag: "longshore-queue" }).done;
  await fire("sync", { tag: "of-the-app" }).done;
  assert.equal(self.__fake.calls.filter(([name, why]) => name === "wake" && why === "sync").length, 2);
});

test("calls reach the engine; warm URLs carry their routes; errors keep their name", async () => {
  const { self, call, sent } = worker();
  assert.equal((await call({ kind: "queue.flush" })).ok, true);
  assert.ok(self.__fake.calls.some(([name, message]) => name === "command" && message.kind === "queue.flush"));
  same((await call({ kind: "queue.retry", id: "x" })).error, { name: "NotFound", message: "no such row" });
  await call({ kind: "warm", urls: [`${ORIGIN}/`, `${ORIGIN}/api/x`, `${ORIGIN}/asked`], destinations: ["document", "", ""] });
  same(self.__fake.calls.at(-1)[1].routes, [-1, 0, 2]);
  same(self.__fake.calls.at(-1)[1].keys, [`${ORIGIN}/index.html#revision=`, `${ORIGIN}/api/x`, `${ORIGIN}/asked`]);
  await call({ kind: "skip-waiting" });
  await call({ longshore: 0, type: "SKIP_WAITING" });
  same(sent, ["skipWaiting", "skipWaiting"]);
});
