// @ts-check
/// <reference path="./longshore-sw.d.ts" />
// The worker shell: everything that must be known or registered before the wasm engine is up.
// Does not store, queue or judge anything: it decides which requests are taken, and hands them to the engine.
//
// Bundled by `cargo xtask build` into one classic script, for `importScripts("/longshore/longshore-sw.js")`.

import { withoutEngine } from "./shell/answers.js";
import { Engine } from "./shell/engine.js";
import { Files, isAlone, VERSION } from "./shell/files.js";
import { isDue, isOff } from "./shell/kill.js";
import { manifest } from "./shell/manifest.js";
import { mirror } from "./shell/mirror.js";
import { opaque, removeOpaque } from "./shell/opaque.js";
import { Ready } from "./shell/ready.js";
import { match, matchMutation, Table } from "./shell/routes.js";
import { checkShape, ConfigError, messageOf } from "./shell/shape.js";
import { mirrored, raced, unwanted } from "./shell/static.js";
import { Versions } from "./shell/versions.js";
import { worker } from "./shell/worker.js";

/**
 * What `start()` makes of a config.
 * @typedef {{config: Longshore.Config, table: Table, files: Files, ready: Ready, versions: Versions}} Started
 */

/** How long the engine's boot gives way to answers that need no engine, ms: both want the same processor. */
const BOOT_GIVES_WAY_MS = 60;

/** So many uses of ready answers are told to the engine at once; fewer with the next request that it gets. */
const USES_BATCH = 64;

/** Whether this browser has static routing. */
const ROUTES = "addRoutes" in (/** @type {any} */ (self).InstallEvent?.prototype ?? {});

/** The tag of our Background Sync registrations. */
const SYNC_TAG = "longshore-queue";

/** @type {Started | undefined} */
let started;
/** @type {Error | undefined} why this worker must not be installed, or does nothing any more. */
let refusal;
/** Resolves once it is known that this worker may be installed; it rejects where the kill switch forbids it. */
let allowed = Promise.resolve();
/** Whether the queue has been woken in this life of the worker. */
let awake = false;

const engine = new Engine(boot, () => refusal !== undefined);

worker.longshore = { start, match, matchMutation, version: VERSION };

worker.addEventListener("install", (event) => event.waitUntil(install(event)));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));
worker.addEventListener("fetch", onFetch);
worker.addEventListener("message", onMessage);
worker.addEventListener("sync", (event) => onSync(/** @type {import("./shell/worker.js").SyncEvent} */ (/** @type {unknown} */ (event))));
worker.addEventListener("error", (event) => engine.onStrayError(event.error));
worker.addEventListener("unhandledrejection", (event) => engine.onStrayError(event.reason));

/** @type {Longshore.Api["start"]} */
function start(given) {
  // A throw would leave a worker without a config, or none and no word of why. So the error is kept, and fails the install.
  try {
    if (started) throw new ConfigError("start() was called twice");
    // A worker that is active has been installed with this very script, so its config was checked then.
    const active = worker.serviceWorker?.state === "activated";
    if (!active) checkShape(given);
    const { scope } = worker.registration;
    const makeRoom = () => engine.call((runtime) => runtime.command({ kind: "make-room" }));
    const ready = new Ready(`longshore:${new URL(scope).pathname}`, () => nameOf(config), given.memory, makeRoom);
    // Before all else that a start takes: it opens meanwhile.
    if (active) ready.prepare();
    const config = { ...given, precache: manifest(given.precache ?? [], worker.location.href) };
    const [table, files] = [new Table(config, scope), new Files(config.base ?? "/longshore/", scope)];
    started = { config, table, files, ready, versions: new Versions(files.shelf, table.precached) };
  } catch (error) {
    refuse(error);
  }
}

/** Keeps the reason why this config cannot work, and says it. @param {unknown} error @returns {ConfigError} */
function refuse(error) {
  const refused = error instanceof ConfigError ? error : new ConfigError(messageOf(error));
  refusal ??= refused;
  console.error("longshore:", refused.message);
  return refused;
}

/** What was started; throws where nothing was. @returns {Started} */
function begun() {
  if (!started) refusal ??= new ConfigError("longshore.start() was not called while the script ran");
  if (refusal) throw refusal;
  return /** @type {Started} */ (started);
}

/** @param {ExtendableEvent} event */
async function install(event) {
  try {
    const { config, files, ready, versions } = begun();
    const { killSwitch } = config;
    // Before the first await, since some engines allow new scripts only in the event's own task.
    files.importGlue();
    if (killSwitch) {
      files.importLeave();
      allowed = isOff(killSwitch).then((off) => {
        if (off) throw switchOff(killSwitch);
      });
    }
    const [keys] = await Promise.all([ready.precached(), allowed]);
    await engine.call((runtime) => runtime.command({ kind: "install", keys }));
    await routePast(event, config, [files.client, ...(await versions.read()).flatMap(({ entries }) => [...entries.keys()])]);
    if (config.skipWaiting) await worker.skipWaiting();
  } catch (error) {
    announce(error instanceof ConfigError ? "config-error" : "install-error", error);
    throw error;
  }
}

/**
 * Tells the browser what it need not ask us for. It only makes things faster, so nothing comes of its failing.
 * @param {any} event
 * @param {Longshore.Config} config
 * @param {string[]} files our own, and those of older versions whose tabs may live on.
 */
async function routePast(event, config, files) {
  if (!ROUTES) return;
  const { origin } = worker.location;
  // In this order, since the first rule that fits decides.
  for (const rules of [reflect, () => raced(config, origin), () => unwanted(config, origin, files)]) {
    try {
      const made = await rules();
      if (made.length > 0) await event.addRoutes(made);
    } catch (error) {
      console.warn("longshore: no static routing", error);
    }
  }
}

/** Fills the mirror, and gives the rule for what it has. */
async function reflect() {
  const { config, table, ready, files: { mirrorName } } = begun();
  return mirrored(await mirror(config, table, ready, mirrorName), mirrorName);
}

/** Fetches of pages wait for this, so nothing long belongs here, and nothing may fail it. */
async function activate() {
  const { config, files } = begun();
  const work = [
    // Claimed afterwards: only now is it known which pages were there before.
    keep("activate").finally(() => worker.clients.claim()),
    files.clean(config.cleanup ?? []),
    // Left over from a foreign worker, every navigation would be fetched twice.
    worker.registration.navigationPreload?.disable(),
  ];
  for (const result of await Promise.allSettled(work)) {
    if (result.status === "rejected") console.warn("longshore: activation went on without", result.reason);
  }
}

/** Has the engine keep what the tabs of older versions need, and no more. @param {"activate" | "start"} at */
async function keep(at) {
  const keys = await begun().versions.settle(at);
  if (keys && isAlone()) await engine.call((runtime) => runtime.command({ kind: "keep", keys }));
}

/** Takes Longshore off the site where the kill switch says so. */
async function obey() {
  const { config: { killSwitch }, files } = begun();
  if (!killSwitch || !(await isDue(files.shelf)) || !(await isOff(killSwitch))) return;
  switchOff(killSwitch);
  await files.importLeave()();
}

/** From here on everything is left to the browser. @param {string} by */
function switchOff(by) {
  return (refusal = new Error(`switched off by ${by}`));
}

/**
 * A fresh engine. `importScripts` works late since install did it once.
 * @param {import("./shell/engine.js").Life} life
 */
async function boot(life) {
  await allowed;
  const { config, files, ready } = begun();
  const glue = files.importGlue();
  const wasm = await files.wasmResponse();
  try {
    await glue({ module_or_path: wasm });
  } catch (error) {
    await files.forgetWasm();
    throw error;
  }
  const plain = plainConfig(config);
  try {
    glue.check(plain);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    throw refuse(error);
  }
  const { scope } = worker.registration;
  const { pathname } = new URL(scope);
  const { chunks } = ready;
  const keepsOpaque = config.routes?.some((route) => route.storeOpaque);
  /** @param {string[] | null | undefined} names @param {number} from where the keys of entries begin that are gone. */
  const forget = (names, from) => {
    if (names === null) return ready.distrust();
    ready.forget(names);
    if (names) return Promise.allSettled([chunks.forget(names), keepsOpaque && removeOpaque(pathname, names.slice(from))]);
  };
  const env = { scope, version: VERSION, table: ready.table, forget, chunks, opaque: opaque.bind(null, pathname), ...life };
  const runtime = await glue.boot(plain, env);
  // Other workers are heard from now on; what they said before is not known.
  ready.forget();
  return runtime;
}

/** The config without functions: those stay here. @param {Longshore.Config} config */
function plainConfig(config) {
  /** @type {<T extends {match?: Longshore.Match}>(entry: T) => object} */
  const plain = (entry) => (typeof entry.match === "function" ? { ...entry, match: { hook: true } } : entry);
  return { ...config, routes: (config.routes ?? []).map(plain), mutations: (config.mutations ?? []).map(plain) };
}

/** A short name for a config (FNV-1a), functions and all: what one decided is not taken over by another. @param {Longshore.Config} config */
function nameOf(config) {
  let hash = 0x811c9dc5;
  for (const c of VERSION + JSON.stringify(config, (_key, value) => (typeof value === "function" ? String(value) : value))) {
    hash = Math.imul(hash ^ (c.codePointAt(0) ?? 0), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}

/** @param {FetchEvent} event */
function onFetch(event) {
  const { request } = event;
  if (!started || refusal) return;
  const { table, files, ready, versions } = started;
  if (files.owns(request.url)) return;
  const taken = request.url === files.client && request.method === "GET" ? "client" : table.take(request);
  const place = taken && taken !== "client" && taken.kind === "route" && ready.takes(request) ? table.placeOf(request.url, taken.index) : undefined;
  if (taken !== "client" && versions.concern(event, !taken || taken.index < 0)) {
    const kept = older(event, taken, place);
    event.respondWith(kept);
    return wakeOnce(event, kept);
  }
  if (!taken) return wakeOnce(event, Promise.resolve());
  if (engine.breakerOpen && taken !== "client" && taken.kind === "mutation") return ready.distrust();
  const remembered = place && ready.remembered(place);
  const answer = remembered ?? (taken === "client" ? files.clientResponse(event) : answerTo(event, taken, place));
  event.respondWith(answer);
  wakeOnce(event, Promise.resolve(answer));
  const uses = ready.takeUses(USES_BATCH);
  if (uses) event.waitUntil(engine.call((runtime) => runtime.command({ kind: "used", uses })).catch(() => {}));
}

/**
 * Answers with the file of an older version, if it is one that this tab was loaded with.
 * @param {FetchEvent} event
 * @param {import("./shell/routes.js").Taken} [taken]
 * @param {import("./shell/routes.js").Place} [place]
 */
async function older(event, taken, place) {
  const { ready, versions } = begun();
  await versions.read();
  const key = versions.keyOf(event.clientId, event.request.url, !taken || taken.index < 0);
  const kept = key === undefined ? undefined : await ready.kept(key);
  if (!kept) return taken ? answerTo(event, taken, place) : fetch(event.request);
  outlive(event);
  return kept;
}

/**
 * Answers from what is ready in the store, else by the engine.
 * @param {FetchEvent} event
 * @param {import("./shell/routes.js").Taken} taken
 * @param {import("./shell/routes.js").Place} [place] where a ready answer may lie.
 */
async function answerTo(event, taken, place) {
  const stored = place && place.keys.length > 0 ? await started?.ready.stored(place) : undefined;
  const response = stored ?? (await serve(event, taken));
  outlive(event);
  return response;
}

/** Keeps the worker for what pages are being given: without it one would get the beginning only, in some browsers without a word. @param {FetchEvent} event */
function outlive(event) {
  for (const stream of begun().ready.chunks.streams) event.waitUntil(stream);
}

/**
 * Hands a request to the engine; the worker stays up for the work behind the answer.
 * @param {FetchEvent} event
 * @param {import("./shell/routes.js").Taken} taken
 * @returns {Promise<Response>}
 */
async function serve(event, { kind, index }) {
  const { request } = event;
  const client = event.resultingClientId || event.clientId;
  const { table } = begun();
  const posts = kind === "route" && request.method === "POST";
  const keys = posts ? await table.keysOfPost(request, index) : kind === "route" ? table.keysOf(request.url, index) : [];
  // It is a write, and no rule queues it.
  if (posts && keys.length === 0) return fetch(request);
  /** @type {import("./shell/engine.js").Ticket} */
  const ticket = { queued: null };
  let handedOver = false;
  try {
    const { response, done } = await engine.handle((runtime) => {
      handedOver = true;
      // What was used last must not be the first to go, should this request's answer need room.
      const uses = started?.ready.takeUses(1);
      if (uses) void runtime.command({ kind: "used", uses });
      return kind === "mutation" ? runtime.mutate(request, index, client, ticket) : runtime.fetch(request, index, keys.join("\n"));
    });
    event.waitUntil(done.catch((error) => console.warn("longshore: work behind an answer failed", error)));
    return await response;
  } catch (error) {
    console.warn("longshore: answered without the engine", request.method, request.url, error);
    // Nothing notes what this write makes stale.
    if (kind === "mutation") started?.ready.distrust();
    return withoutEngine(request, ticket, handedOver);
  }
}

/**
 * Wakes the queue at the first event of the worker's life, once that event's answer is out.
 * @param {ExtendableEvent} event
 * @param {Promise<unknown>} answer
 */
function wakeOnce(event, answer) {
  if (awake) return;
  awake = true;
  const wake = async () => {
    if (!engine.instance) await new Promise((resolve) => setTimeout(resolve, BOOT_GIVES_WAY_MS));
    await engine.call((runtime) => runtime.wake("start"));
    await keep("start");
    await begun().ready.chunks.sweep();
    const keys = await begun().ready.precached();
    await engine.call((runtime) => runtime.command({ kind: "repair", keys }));
    if (ROUTES) await reflect();
  };
  const warn = (/** @type {unknown} */ error) => console.warn("longshore: work at the worker's start failed", error);
  // A version whose wasm does not start must still hear that it is to go.
  event.waitUntil(answer.then(wake, wake).catch(warn).then(obey).catch(warn));
}

/** The browser tries again later when this rejects. @param {import("./shell/worker.js").SyncEvent} event */
function onSync(event) {
  if (event.tag !== SYNC_TAG) return;
  awake = true;
  event.waitUntil(
    engine.call((runtime) => runtime.wake("sync")).then((empty) => {
      if (!empty) throw new Error("writes are still waiting");
    }),
  );
}

/** @param {ExtendableMessageEvent} event */
function onMessage(event) {
  const { data, ports } = event;
  // Workbox's message, so that pages written for it keep working.
  if (data?.type === "SKIP_WAITING") return event.waitUntil(worker.skipWaiting());
  if (data?.longshore !== 1 || typeof data.kind !== "string") return;
  const reply = answer(data).then(
    (value) => ({ ok: true, value }),
    (error) => ({ ok: false, error: { name: error?.name ?? "Error", message: messageOf(error) } }),
  );
  event.waitUntil(reply.then((message) => ports[0]?.postMessage(message)));
  // These two reach workers that are not active, and the queue is the active worker's.
  if (data.kind !== "hello" && data.kind !== "skip-waiting") wakeOnce(event, reply);
}

/** Answers a page's call. @param {{kind: string, urls?: string[], destinations?: string[]}} message */
async function answer(message) {
  const { table } = begun();
  if (message.kind === "skip-waiting") return worker.skipWaiting();
  if (message.kind !== "warm") return engine.call((runtime) => runtime.command(message));
  const routes = routesOf(table, message);
  const keys = routes.map((route, index) => table.keysOf(message.urls?.[index] ?? "", route).join("\n"));
  return engine.call((runtime) => runtime.command({ ...message, routes, keys }));
}

/**
 * Which route serves each URL that a page has loaded, -1 for none. Found here, since routes may be functions.
 * @param {Table} table
 * @param {{urls?: string[], destinations?: string[]}} message
 */
function routesOf(table, { urls = [], destinations = [] }) {
  return urls.map((url, index) => {
    const destination = destinations[index] ?? "";
    const mode = destination === "document" ? "navigate" : "cors";
    return table.routeOf({ url, method: "GET", mode, destination, headers: {} }) ?? -1;
  });
}

/** Tells pages that are registering this worker why it will not be installed. @param {string} kind @param {unknown} error */
function announce(kind, error) {
  const channel = new BroadcastChannel(`longshore:${new URL(worker.registration.scope).pathname}`);
  channel.postMessage({ v: 1, kind, at: Date.now(), message: messageOf(error) });
  channel.close();
}
