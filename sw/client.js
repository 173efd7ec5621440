// @ts-check
// The page's side of Longshore: registers the worker, hears what happens in any tab, and speaks to the queue.
// Does not store or decide anything. Its documentation is client.d.ts.

import { Events } from "./client/events.js";
import { failureOf } from "./client/install.js";
import { Link, LongshoreError, noLink } from "./client/link.js";
import { queueOver } from "./client/queue.js";
import { Sequence } from "./client/sequence.js";
import { Watch } from "./client/status.js";
import { Update } from "./client/update.js";
import { Wakes } from "./client/wakes.js";
import { warm } from "./client/warm.js";

/** @import * as Public from "./client.js" */

const VERSION = "__LONGSHORE_VERSION__";

/** How long messages may be on their way after the worker has said how many there were. */
const GRACE_MS = 250;

export { LongshoreError };

/** @type {typeof Public.register} */
export async function register(script = "/sw.js", { scope, type = "classic", warm: warming = true } = {}) {
  const workers = navigator.serviceWorker;
  if (!workers) {
    return new Longshore(isSecureContext ? "no-service-workers" : "insecure-context: service workers need https or localhost");
  }
  const address = new URL(script, location.href);
  const range = new URL(scope ?? "./", scope === undefined ? address : location.href);
  const before = workers.controller;
  // Open before anything is registered, so that no message of the worker's first moments is missed.
  const channel = new BroadcastChannel(`longshore:${range.pathname}`);
  const [registration, refusal] = await registered(workers, address, { scope: range.href, type, updateViaCache: "none" });
  const failure = registration && (await failureOf(registration, channel));
  if (failure?.name === "LongshoreConfigError") {
    channel.close();
    throw failure;
  }
  if (!registration || (failure && !registration.active)) {
    channel.close();
    return new Longshore(registration ? `install-failed: ${failure?.message}` : `register-failed: ${refusal}`);
  }
  const longshore = new Longshore(null, registration, channel);
  if (warming) warm(longshore.link, before);
  return longshore;
}

/**
 * Registers; where that fails, an earlier registration of this scope must do.
 * @param {ServiceWorkerContainer} workers
 * @param {URL} address
 * @param {RegistrationOptions} options
 * @returns {Promise<[ServiceWorkerRegistration | undefined, unknown]>}
 */
async function registered(workers, address, options) {
  try {
    return [await workers.register(address, options), undefined];
  } catch (error) {
    const earlier = await workers.getRegistration(options.scope).catch(() => undefined);
    return [earlier?.active && earlier.scope === options.scope ? earlier : undefined, error];
  }
}

/** @implements {Public.Longshore} */
class Longshore {
  /**
   * @param {string | null} reason why there is no worker, or null.
   * @param {ServiceWorkerRegistration | null} registration
   * @param {BroadcastChannel} [channel]
   */
  constructor(reason, registration = null, channel) {
    this.supported = registration !== null;
    this.reason = reason;
    this.registration = registration;
    this.link = registration ? new Link(registration) : noLink;
    this.events = new Events(() => registration?.waiting ?? null, () => this.observe());
    this.sequence = new Sequence();
    /** @type {Update | undefined} */
    this.update = undefined;
    this.ready = registration ? this.controlled(registration) : Promise.resolve(false);

    const { link } = this;
    this.watch = new Watch(() => this.queue.list(), (status) => this.events.emit({ v: 1, kind: "stalled", ...status }));
    this.queue = queueOver(link, () => this.watch.status(), registration?.scope);
    this.cache = {
      /** @type {Public.Cache["invalidate"]} */
      invalidate: async (what) => {
        const { urls = [], tags = [] } = typeof what === "string" || what instanceof URL ? { urls: [what] } : what;
        await link.call("cache.invalidate", { urls: urls.map((url) => new URL(url, location.href).href), tags });
      },
    };
    if (registration && channel) this.listen(registration, channel);
  }

  /** @type {Public.Longshore["on"]} */
  on(kind, handler, filter) {
    return this.events.on(kind, /** @type {(event: any) => void} */ (handler), filter);
  }

  /** @type {Public.Longshore["persist"]} */
  async persist() {
    const { storage } = navigator;
    if (!storage?.persist) return { persisted: false, reason: "unsupported" };
    const persisted = (await storage.persisted()) || (await storage.persist());
    return { persisted, reason: persisted ? null : "denied" };
  }

  /** @type {Public.Longshore["version"]} */
  async version() {
    return { client: VERSION, worker: await this.link.call("version") };
  }

  /** @type {Public.Longshore["skipWaiting"]} */
  async skipWaiting() {
    const worker = this.registration?.waiting;
    if (!worker) return false;
    worker.postMessage({ longshore: 1, kind: "skip-waiting" });
    return new Promise((resolve) => {
      worker.addEventListener("statechange", () => {
        if (worker.state === "activated" || worker.state === "redundant") resolve(worker.state === "activated");
      });
    });
  }

  /** @type {Public.Longshore["applyUpdate"]} */
  async applyUpdate({ force = false } = {}) {
    return this.update ? this.update.apply(force) : "none";
  }

  /**
   * Hears the worker and the browser, for as long as the page lives.
   * @param {ServiceWorkerRegistration} registration
   * @param {BroadcastChannel} channel
   */
  listen(registration, channel) {
    const wakes = new Wakes(this.link, {
      seen: () => void this.compare(),
      restored: () => this.events.resync("pageshow"),
    });
    const update = (this.update = new Update(registration, channel, () => {
      let refused = false;
      this.events.emit({ v: 1, kind: "update", refuse: () => (refused = true) });
      return !refused;
    }));
    channel.onmessage = ({ data }) => {
      // Another version of the envelope means another version of Longshore in another tab or worker.
      if (data?.v !== 1 || typeof data.kind !== "string") return;
      if (this.sequence.heard(data)) this.events.resync("gap");
      if (data.kind === "beat" || update.heard(data.kind)) return;
      if (data.kind === "config-error") console.error("longshore:", data.message);
      wakes.heard(data);
      this.watch.heard(data);
      this.events.emit(data);
    };
    navigator.serviceWorker.addEventListener("message", ({ data }) => {
      if (data?.longshore === 1 && data.kind === "observe") this.observe();
    });
    registration.addEventListener("updatefound", () => {
      const worker = registration.installing;
      worker?.addEventListener("statechange", () => {
        if (worker.state === "installed" && registration.active) this.events.emit({ v: 1, kind: "waiting" });
      });
    });
    navigator.serviceWorker.addEventListener("controllerchange", () => {
      wakes.wake("page");
      this.compare();
    });
    wakes.begin();
    this.compare();
    // The caller's `on` calls follow in the same turn; only then may what came meanwhile be handed out.
    setTimeout(() => this.events.release(), 0);
  }

  /** Tells the worker what this page observes, for it to keep that longest. */
  observe() {
    this.link.tell("observe", { urls: this.events.observed });
  }

  /** Asks the worker how many messages it has sent; more than have come, and not on their way, is a gap. */
  async compare() {
    const hello = await this.link.call("hello").catch(() => undefined);
    if (!hello) return;
    if (this.sequence.lacks(hello)) await new Promise((resolve) => setTimeout(resolve, GRACE_MS));
    if (this.sequence.settle(hello)) this.events.resync("gap");
  }

  /** @param {ServiceWorkerRegistration} registration @returns {Promise<boolean>} */
  async controlled(registration) {
    const workers = navigator.serviceWorker;
    const ours = () => workers.controller !== null && workers.controller.scriptURL === registration.active?.scriptURL;
    const active = await this.link.active().catch(() => undefined);
    if (!active) return false;
    if (ours()) return true;
    return new Promise((resolve) => workers.addEventListener("controllerchange", () => ours() && resolve(true)));
  }
}
