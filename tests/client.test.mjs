// The page client beside fake browser objects: what register() makes of failures, gaps, filters, wakes and calls.
// Does not run a worker: each test plays its part.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildSync } from "esbuild";

const ORIGIN = "https://app.example";
// The client's own timers (a call's limit, say) must not keep the test run waiting.
const { setTimeout } = globalThis;
globalThis.setTimeout = /** @type {any} */ ((/** @type {() => void} */ run, /** @type {number} */ ms, /** @type {any[]} */ ...rest) => setTimeout(run, ms, ...rest).unref());
const folder = mkdtempSync(join(tmpdir(), "longshore-client-"));
after(() => rmSync(folder, { recursive: true }));
buildSync({
  entryPoints: [fileURLToPath(new URL("../sw/client.js", import.meta.url))],
  bundle: true,
  format: "esm",
  outfile: join(folder, "client.mjs"),
  logLevel: "error",
});

/** The browser of one test. @type {any} */
let browser;
const define = (/** @type {string} */ name, /** @type {any} */ value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });

class FakeWorker extends EventTarget {
  constructor(/** @type {string} */ state, scriptURL = `${ORIGIN}/sw.js`) {
    super();
    Object.assign(this, { state, scriptURL });
    /** @type {any[]} */
    this.told = [];
  }
  become(/** @type {string} */ state) {
    /** @type {any} */ (this).state = state;
    this.dispatchEvent(new Event("statechange"));
  }
  postMessage(/** @type {any} */ data, /** @type {MessagePort[]} */ [port] = []) {
    this.told.push(data);
    if (!port) return;
    Promise.resolve(browser.answer(data)).then((reply) => {
      if (reply) port.postMessage(reply);
      port.close();
    });
  }
}

class FakeChannel {
  onmessage = /** @type {any} */ (null);
  constructor(/** @type {string} */ name) {
    this.name = name;
    browser.channels.push(this);
  }
  postMessage(/** @type {any} */ data) {
    browser.broadcasts += 1;
    browser.sent.push(data.kind);
  }
  close() {}
}

beforeEach(() => {
  const active = new FakeWorker("activated");
  const registration = Object.assign(new EventTarget(), { active, installing: null, waiting: null, scope: `${ORIGIN}/` });
  const container = Object.assign(new EventTarget(), {
    controller: active,
    register: async (/** @type {any[]} */ ...all) => (browser.registered.push(all), registration),
    getRegistration: async () => undefined,
  });
  const page = new EventTarget();
  browser = {
    active, registration, container, page, channels: [], registered: [], broadcasts: 0, sent: [], reloads: 0, rows: [], hello: { origin: "w1", seq: 0 },
    answer: ({ kind }) => ({ ok: true, value: kind === "hello" ? browser.hello : kind === "queue.list" ? browser.rows : kind === "version" ? "9.9.9" : undefined }),
  };
  const doc = Object.assign(new EventTarget(), { readyState: "complete", visibilityState: "visible" });
  browser.document = doc;
  define("document", doc);
  define("location", Object.assign(new URL(`${ORIGIN}/boards?x=1#top`), { reload: () => (browser.reloads += 1) }));
  define("navigator", { serviceWorker: container, storage: undefined });
  define("isSecureContext", true);
  define("BroadcastChannel", FakeChannel);
  define("performance", { getEntriesByType: () => browser.entries ?? [], now: () => 0 });
  define("addEventListener", page.addEventListener.bind(page));
});

/** @type {{register: any}} */
const { register } = await import(pathToFileURL(join(folder, "client.mjs")).href);
const pause = (ms = 5) => new Promise((resolve) => setTimeout(resolve, ms));
const message = (/** @type {any} */ data) => browser.channels[0].onmessage?.({ data: { v: 1, origin: "w1", ...data } });
const told = (/** @type {string} */ kind) => browser.active.told.filter((/** @type {any} */ each) => each.kind === kind);

/** A registered page that has got its first hello. */
async function opened(options = {}) {
  const longshore = await register("/sw.js", options);
  /** @type {any[]} */
  const got = [];
  longshore.on("*", (/** @type {any} */ event) => got.push(event.kind === "resync" ? `resync:${event.reason}` : event.kind));
  // The answer to its hello is there once that of a later call is.
  await longshore.version();
  await pause();
  return { longshore, got };
}

test("register asks for the script at its own scope, and never for a cached one", async () => {
  await register("/app/sw.js");
  const [[script, options]] = browser.registered;
  assert.equal(script.href, `${ORIGIN}/app/sw.js`);
  assert.deepEqual(options, { scope: `${ORIGIN}/app/`, type: "classic", updateViaCache: "none" });
  assert.equal(browser.channels[0].name, "longshore:/app/");
});

test("where there can be no worker it resolves and says so; nothing waits there", async () => {
  const check = async (/** @type {() => void} */ arrange, /** @type {RegExp} */ reason) => {
    arrange();
    const longshore = await register();
    assert.equal(longshore.supported, false);
    assert.match(longshore.reason, reason);
    assert.equal(await longshore.ready, false);
    assert.deepEqual(await longshore.queue.list(), []);
    await longshore.queue.flush();
    await longshore.cache.invalidate("/x");
    assert.equal((await longshore.version()).worker, null);
    await assert.rejects(longshore.queue.retry("x"), { name: "LongshoreError", code: "unsupported" });
    longshore.on("updated", () => {})();
  };
  await check(() => (browser.container.register = async () => { throw Object.assign(new Error("refused"), { name: "SecurityError" }); }), /^register-failed: SecurityError: refused/);
  await check(() => define("navigator", {}), /^no-service-workers$/);
  await check(() => define("isSecureContext", false), /^insecure-context/);
});

test("an earlier registration does where registering fails", async () => {
  browser.container.register = async () => { throw new TypeError("fetch"); };
  browser.container.getRegistration = async () => browser.registration;
  assert.equal((await register()).supported, true);
});

/** @param {(worker: FakeWorker) => void} play */
async function installing(play, { active = false } = {}) {
  const worker = new FakeWorker("installing");
  Object.assign(browser.registration, { installing: worker, active: active ? browser.active : null });
  const before = browser.answer;
  browser.answer = (/** @type {any} */ data) => (browser.registration.installing ? null : before(data));
  setTimeout(() => play(worker), 5);
  return register();
}

test("a config error rejects, whichever way it comes, also beside a working worker", async () => {
  const expected = { name: "LongshoreConfigError", message: "routes[0].timeout: no" };
  const tell = () => message({ kind: "config-error", message: expected.message });
  await assert.rejects(installing(tell), expected);
  browser.channels.length = 0;
  await assert.rejects(installing(tell, { active: true }), expected);
  browser.answer = () => ({ ok: false, error: expected });
  Object.assign(browser.registration, { installing: new FakeWorker("installing") });
  await assert.rejects(register(), expected);
  browser.channels.length = 0;
  await assert.rejects(installing((worker) => { worker.become("redundant"); setTimeout(tell, 20); }), expected);
});

test("another failed installation resolves with the reason, or with the older worker", async () => {
  const failed = await installing(() => message({ kind: "install-error", message: "wasm is blocked" }));
  assert.deepEqual([failed.supported, failed.reason], [false, "install-failed: wasm is blocked"]);
  browser.channels.length = 0;
  const older = await installing((worker) => { message({ kind: "install-error", message: "x" }); worker.become("redundant"); }, { active: true });
  assert.equal(older.supported, true);
});

test("register goes on once the installing worker's config is good; calls wait until it is active", async () => {
  const worker = new FakeWorker("installing");
  Object.assign(browser.registration, { installing: worker, active: null });
  browser.container.controller = null;
  const longshore = await register();
  const list = longshore.queue.list();
  await pause();
  assert.deepEqual(worker.told.map(({ kind }) => kind), ["hello"]);
  Object.assign(browser.registration, { installing: null, active: worker });
  worker.become("activating");
  assert.deepEqual(await list, []);
  browser.container.controller = worker;
  browser.container.dispatchEvent(new Event("controllerchange"));
  assert.equal(await longshore.ready, true);
});

test("events that come while register works are held for the handlers set right after it", async () => {
  const longshore = await register();
  message({ kind: "settled", seq: 1, id: "a", url: `${ORIGIN}/x` });
  /** @type {any[]} */
  const got = [];
  longshore.on("settled", (/** @type {any} */ event) => got.push(event.id));
  await pause();
  assert.deepEqual(got, ["a"]);
});

test("filters take URLs by pattern and tags; other envelopes and other versions are ignored", async () => {
  const { longshore } = await opened();
  /** @type {string[]} */
  const got = [];
  longshore.on("updated", () => got.push("url"), { urls: ["/api/*"] });
  longshore.on("updated", () => got.push("tag"), { tags: ["board:7"] });
  longshore.on("updated", () => { throw new Error("this handler throws, and the next one still runs"); });
  const off = longshore.on("updated", () => got.push("all"));
  const error = console.error;
  console.error = () => {};
  message({ kind: "updated", seq: 1, url: `${ORIGIN}/api/x?y`, tags: [] });
  message({ kind: "updated", seq: 2, url: "https://elsewhere.example/api/x", tags: ["board:7"] });
  off();
  message({ kind: "updated", seq: 3, url: `${ORIGIN}/other`, tags: ["x"] });
  message({ v: 2, kind: "updated", seq: 4, url: `${ORIGIN}/api/x` });
  console.error = error;
  assert.deepEqual(got, ["url", "all", "tag", "all"]);
  assert.throws(() => longshore.on("updated", () => {}, { urls: ["api"] }), /must start with/);
});

test("the worker hears what the page observes: when that changes, and when it asks", async () => {
  const { longshore } = await opened();
  const last = () => told("observe").at(-1)?.urls;
  assert.deepEqual(told("observe"), [], "a handler for everything observes nothing in particular");
  const end = longshore.on("updated", () => {}, { urls: ["/a", "/b/*"] });
  longshore.on("updated", () => {}, { urls: ["/a"] });
  longshore.on("queued", () => {}, { urls: ["/c"] });
  await pause();
  assert.deepEqual(last(), ["/a", "/b/*"]);
  end();
  await pause();
  assert.deepEqual(last(), ["/a"]);
  const before = told("observe").length;
  browser.container.dispatchEvent(Object.assign(new Event("message"), { data: { longshore: 1, kind: "observe" } }));
  await pause();
  assert.deepEqual([told("observe").length, last()], [before + 1, ["/a"]]);
});

test("a gap asks for what is observed, once for a burst, and broadcasts nothing", async () => {
  const { longshore, got } = await opened();
  /** @type {any[]} */
  const again = [];
  longshore.on("updated", (/** @type {any} */ { resync, url, tag }) => resync && again.push([url, tag]), { urls: ["/api/a", "/api/b/*"], tags: ["t"] });
  longshore.on("updated", (/** @type {any} */ { resync, url }) => resync && again.push(url));
  for (const seq of [1, 2, 4, 5, 7]) message({ kind: "settled", seq, id: "x", url: `${ORIGIN}/x` });
  await pause(80);
  assert.deepEqual(again, [["/api/a", undefined], ["/api/b/*", undefined], [null, "t"], null]);
  assert.deepEqual(got.filter((kind) => kind.startsWith("resync")), ["resync:gap"]);
  assert.equal(browser.broadcasts, 0);
});

test("what counts as a gap", async () => {
  const check = async (/** @type {[string, number, string?][]} */ steps, /** @type {boolean} */ expected) => {
    browser.channels.length = 0;
    const { got } = await opened();
    for (const [origin, seq, kind = "online"] of steps) message({ origin, seq, kind });
    await pause(80);
    assert.equal(got.includes("resync:gap"), expected, JSON.stringify(steps));
    assert.equal(got.includes("beat"), false);
  };
  browser.hello = { origin: "w1", seq: 3 };
  await check([["w1", 4], ["w1", 5], ["w1", 5, "beat"]], false);
  await check([["w1", 4], ["w1", 5, "beat"]], true);
  await check([["w1", 5]], true);
  await check([["w1", 2], ["w1", 3]], false);
  await check([["w2", 1], ["w1", 4], ["w2", 2]], false);
  await check([["w2", 2]], true);
});

test("a page that becomes visible compares numbers; one from the back-forward cache reads again in any case", async () => {
  const { got } = await opened();
  browser.document.dispatchEvent(new Event("visibilitychange"));
  await pause(350);
  assert.deepEqual(got, []);
  browser.hello = { origin: "w1", seq: 2 };
  browser.document.dispatchEvent(new Event("visibilitychange"));
  await pause(350);
  assert.deepEqual(got, ["resync:gap"]);
  browser.page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  await pause(80);
  assert.deepEqual(got, ["resync:gap", "resync:pageshow"]);
  assert.deepEqual(told("wake").map((/** @type {any} */ { reason }) => reason), ["page", "visible", "visible", "pageshow"]);
});

test("messages on their way when the worker was asked are no gap", async () => {
  const { got } = await opened();
  browser.hello = { origin: "w1", seq: 1 };
  browser.document.dispatchEvent(new Event("visibilitychange"));
  await pause(50);
  message({ seq: 1, kind: "online" });
  await pause(350);
  assert.deepEqual(got, ["online"]);
});

test("one timer at the earliest time wakes the worker; settled writes need none", async () => {
  browser.rows = [{ id: "old", state: "unknown", notBefore: Date.now() + 30 }, { id: "free", state: "pending", notBefore: null }];
  await opened();
  message({ seq: 1, kind: "retry", id: "later", at: Date.now() + 70 });
  message({ seq: 2, kind: "retry", id: "gone", at: Date.now() + 40 });
  message({ seq: 3, kind: "settled", id: "gone" });
  await pause(150);
  assert.deepEqual(told("wake").map((/** @type {any} */ { reason }) => reason), ["page", "timer", "timer"]);
});

test("online and offline are forwarded", async () => {
  await opened();
  browser.page.dispatchEvent(new Event("offline"));
  browser.page.dispatchEvent(new Event("online"));
  await pause();
  assert.deepEqual(told("connectivity").map((/** @type {any} */ { online }) => online), [false, true]);
  assert.equal(told("wake").at(-1).reason, "online");
});

test("what the page loaded is handed over only to a worker that did not see it", async () => {
  browser.entries = [
    { name: `${ORIGIN}/a.css#x`, initiatorType: "link" },
    { name: `${ORIGIN}/a.png`, initiatorType: "img" },
    { name: `${ORIGIN}/api/x`, initiatorType: "fetch" },
    { name: `${ORIGIN}/api/events`, initiatorType: "eventsource" },
    { name: "data:,x", initiatorType: "img" },
  ];
  await opened();
  assert.deepEqual(told("warm"), []);
  browser.container.controller = null;
  await opened({ warm: false });
  assert.deepEqual(told("warm"), []);
  await opened();
  const [{ urls, destinations }] = told("warm");
  assert.deepEqual(urls, [`${ORIGIN}/boards?x=1`, `${ORIGIN}/a.css`, `${ORIGIN}/a.png`, `${ORIGIN}/api/x`]);
  assert.deepEqual(destinations, ["document", "style", "image", ""]);
});

test("calls carry their arguments; the worker's error keeps its name", async () => {
  const { longshore } = await opened();
  await longshore.cache.invalidate("/api/x");
  await longshore.cache.invalidate({ tags: ["t"] });
  assert.deepEqual(told("cache.invalidate").map((/** @type {any} */ { urls, tags }) => [urls, tags]), [[[`${ORIGIN}/api/x`], []], [[], ["t"]]]);
  assert.deepEqual(await longshore.version(), { client: "__LONGSHORE_VERSION__", worker: "9.9.9" });
  assert.deepEqual(await longshore.persist(), { persisted: false, reason: "unsupported" });
  browser.answer = () => ({ ok: false, error: { name: "NotFound", message: "no such row" } });
  await assert.rejects(longshore.queue.discard("x"), { name: "LongshoreError", code: "failed", message: "no such row", cause: { name: "NotFound", message: "no such row" } });
});

test("an update that waits is told, also to those who ask late, and takes over when told", async () => {
  const { longshore, got } = await opened();
  assert.equal(await longshore.skipWaiting(), false);
  const worker = new FakeWorker("installing");
  browser.registration.installing = worker;
  browser.registration.dispatchEvent(new Event("updatefound"));
  browser.registration.waiting = worker;
  worker.become("installed");
  assert.deepEqual(got, ["waiting"]);
  await new Promise((resolve) => longshore.on("waiting", resolve));
  const over = longshore.skipWaiting();
  assert.deepEqual(worker.told, [{ longshore: 1, kind: "skip-waiting" }]);
  worker.become("activating");
  worker.become("activated");
  assert.equal(await over, true);
});

test("an update is applied by all tabs once each, unless one of them refuses", async () => {
  const { longshore } = await opened();
  const change = () => browser.container.dispatchEvent(new Event("controllerchange"));
  assert.equal(await longshore.applyUpdate(), "none");
  const waiting = (browser.registration.waiting = new FakeWorker("installed"));

  const refusing = longshore.applyUpdate();
  message({ kind: "update-refuse" });
  assert.equal(await refusing, "refused");
  const off = longshore.on("update", (/** @type {any} */ event) => event.refuse());
  assert.equal(await longshore.applyUpdate(), "refused");
  assert.deepEqual([waiting.told, browser.sent], [[], ["update-ask"]]);
  // Asked by another tab.
  message({ kind: "update-ask" });
  assert.deepEqual(browser.sent, ["update-ask", "update-refuse"]);
  off();
  message({ kind: "update-ask" });
  assert.equal(browser.sent.length, 2);
  change();
  assert.equal(browser.reloads, 0, "a change that nobody agreed on");

  assert.equal((await Promise.all([longshore.applyUpdate(), pause(320)]))[0], "applied");
  assert.deepEqual(waiting.told, [{ longshore: 1, kind: "skip-waiting" }]);
  assert.deepEqual(browser.sent.slice(2), ["update-ask", "update-go"]);
  change();
  change();
  assert.equal(browser.reloads, 1);
  // And as the other tab.
  message({ kind: "update-go" });
  change();
  assert.equal(browser.reloads, 2);
});
