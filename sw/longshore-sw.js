// @ts-check
/// <reference path="./longshore-sw.d.ts" />
// The worker shell: what every start of the worker evaluates, so that a first answer waits for no more than it needs. It knows which requests
// are taken, and gives out the answers that are ready in the store.
// Does not store, queue or judge anything; whatever it cannot answer by itself it hands to the works (`works.js`), a script that is
// imported when it is first needed.
//
// Bundled by `cargo xtask build` into one classic script, for `importScripts("/longshore/longshore-sw.js")`.

import { configError, isConfigError, isLoadError, loadError, messageOf } from "./shell/fault.js";
import { manifest } from "./shell/manifest.js";
import { Ready } from "./shell/ready.js";
import { Table } from "./shell/routes.js";
import { Versions } from "./shell/versions.js";
import { worker } from "./shell/worker.js";

/** @typedef {import("./shell/worker.js").Taken} Taken @typedef {import("./shell/routes.js").Place} Place */

const WORKS = "__LONGSHORE_WORKS__";
const VERSION = "__LONGSHORE_VERSION__";

/** Our own scripts and wasm of any build, by name. */
const OWN = /^longshore-(sw|[0-9a-f]{12})\.(js|wasm)$/;

/** How long the work of a start gives way to answers, ms: both want the same processor. */
const GIVES_WAY_MS = 60;

/** So many uses of ready answers are told to the engine at once; fewer with the next request that it gets. */
const USES_BATCH = 64;

/** @type {import("./shell/worker.js").Works | undefined} */
let imported;
/** Whether the work of a start has been done, or begun, in this life of the worker. */
let awake = false;

const { scope } = worker.registration;
const ready = new Ready(`longshore:${new URL(scope).pathname}`, nameOfConfig, (key, body) => works().read(key, body));
// Before all else: it opens meanwhile.
ready.prepare();
/** @type {import("./shell/worker.js").Shell} */
const shell = { ready, base: `${worker.location.origin}/longshore/`, version: VERSION, wakeOnce };

worker.longshore = { start, version: VERSION };

worker.addEventListener("install", (event) => event.waitUntil(behind((works) => works.install(event)).catch(told)));
worker.addEventListener("activate", (event) => event.waitUntil(behind((works) => works.activate())));
worker.addEventListener("fetch", onFetch);
worker.addEventListener("message", (event) => void behind((works) => works.message(event)).catch(() => {}));
worker.addEventListener("sync", (event) => {
  awake = true;
  const sync = /** @type {import("./shell/worker.js").SyncEvent} */ (/** @type {unknown} */ (event));
  sync.waitUntil(behind((works) => works.sync(sync.tag)));
});

/** @type {Longshore.Api["start"]} */
function start(given) {
  // A throw would leave a worker without a config, or none and no word of why. So the error is kept, and fails the install, which checks the
  // config first: a worker that is active has been installed with this very script.
  try {
    if (shell.config !== undefined) throw configError("start() was called twice");
    shell.config = given ?? null;
    const { base, memory, precache } = given;
    // A wrong one is named by the engine, if the works lie where most have them.
    if (base?.startsWith("/") && base.endsWith("/")) shell.base = worker.location.origin + base;
    if (precache) shell.config = { ...given, precache: manifest(precache, worker.location.href) };
    const { config } = shell;
    const table = new Table(config, scope);
    if (memory !== undefined) ready.memory = memory;
    ready.layers = (config.mutations ?? []).some(({ optimistic }) => optimistic);
    shell.started = { config, table, versions: new Versions(table.precached), client: `${shell.base}client.js` };
  } catch (error) {
    shell.refusal = error;
  }
}

/** The works, imported when first needed. The first time must be before the end of install: browsers refuse a new script for ever after. */
function works() {
  if (imported) return imported;
  const url = shell.base + WORKS;
  try {
    if (!self.__longshoreWorks) worker.importScripts(url);
    if (!self.__longshoreWorks) throw new Error("it is something else");
  } catch (error) {
    throw loadError(`${url} could not be imported (${messageOf(error)}); it lies beside longshore-sw.js, and base says where`);
  }
  return (imported = self.__longshoreWorks(shell));
}

/**
 * Hands an event to the works.
 * @param {(works: import("./shell/worker.js").Works) => unknown} use
 */
async function behind(use) {
  return use(works());
}

/** Tells why an installation failed. @param {unknown} error */
function told(error) {
  console.error("longshore:", messageOf(error));
  announce(isConfigError(error) ? "config-error" : "install-error", error);
  throw error;
}

/** @param {FetchEvent} event */
function onFetch(event) {
  const { request } = event;
  const { started, base } = shell;
  if (!started || shell.refusal) return;
  const { table, versions, client } = started;
  const { url } = request;
  if (url.startsWith(base) && OWN.test(url.slice(base.length))) return;
  const taken = url === client && request.method === "GET" ? "client" : table.take(request);
  const place = taken && taken !== "client" && taken.kind === "route" && ready.takes(request) ? table.placeOf(url, taken.index) : undefined;
  if (taken !== "client" && versions.concern(event, !taken || taken.index < 0)) {
    const kept = older(event, taken, place);
    event.respondWith(kept);
    return wakeOnce(event, kept);
  }
  if (!taken) return wakeOnce(event, Promise.resolve());
  if (imported?.broken && taken !== "client" && taken.kind === "mutation") return ready.distrust();
  const remembered = place && ready.remembered(place);
  const answer = remembered ?? answerTo(event, taken, place);
  event.respondWith(answer);
  wakeOnce(event, Promise.resolve(answer));
  const uses = ready.takeUses(USES_BATCH);
  if (uses) event.waitUntil(behind((works) => works.used(uses)).catch(() => {}));
}

/**
 * Answers with the file of an older version, if it is one that this tab was loaded with.
 * @param {FetchEvent} event
 * @param {Taken} [taken]
 * @param {Place} [place]
 */
async function older(event, taken, place) {
  const kept = await behind((works) => works.older(event, taken)).catch(() => undefined);
  return kept ?? (taken ? answerTo(event, taken, place) : fetch(event.request));
}

/**
 * Answers from what is ready in the store, else by the works.
 * @param {FetchEvent} event
 * @param {Taken | "client"} taken
 * @param {Place} [place] where a ready answer may lie.
 * @returns {Promise<Response>}
 */
async function answerTo(event, taken, place) {
  const stored = place && place.keys.length > 0 ? await ready.stored(place) : undefined;
  if (!stored) {
    try {
      return await works().answer(event, taken);
    } catch (error) {
      // Nobody has had the request, so nothing was sent.
      if (!isLoadError(error)) throw error;
      // Nothing notes what a write makes stale.
      if (event.request.method !== "GET") ready.distrust();
      return fetch(event.request);
    }
  }
  imported?.outlive(event);
  return stored;
}

/**
 * Does the work of a start at the first event of the worker's life, once that event's answer is out.
 * @param {ExtendableEvent} event
 * @param {Promise<unknown>} answer
 */
function wakeOnce(event, answer) {
  if (awake) return;
  awake = true;
  const wake = async () => {
    if (!imported?.up) await new Promise((resolve) => setTimeout(resolve, GIVES_WAY_MS));
    await behind((works) => works.start());
  };
  event.waitUntil(answer.then(wake, wake).catch((error) => console.warn("longshore: work at the worker's start failed", error)));
}

/** A short name for the config (FNV-1a), functions and all: what one decided is not taken over by another. */
function nameOfConfig() {
  let hash = 0x811c9dc5;
  for (const c of VERSION + JSON.stringify(shell.config, (_key, value) => (typeof value === "function" ? String(value) : value))) {
    hash = Math.imul(hash ^ (c.codePointAt(0) ?? 0), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}

/** Tells pages that are registering this worker why it will not be installed. @param {string} kind @param {unknown} error */
function announce(kind, error) {
  const channel = new BroadcastChannel(`longshore:${new URL(scope).pathname}`);
  channel.postMessage({ v: 1, kind, at: Date.now(), message: messageOf(error) });
  channel.close();
}
