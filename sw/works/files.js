// @ts-check
// Our own files: the wasm and the page client, kept for each version in Cache Storage, and on a second shelf; and the removal of what came
// before.
// Does not keep anything of the app: that is the engine's, in IndexedDB.

import { stars } from "../pattern.js";
import { ASKED } from "./kill.js";
import { Shelf } from "./shelf.js";
import { VERSIONS } from "./lineage.js";
import { worker } from "../shell/worker.js";

export const WASM = "__LONGSHORE_WASM__";
export const DESK = "__LONGSHORE_DESK__";
export const VERSION = "__LONGSHORE_VERSION__";

export class Files {
  /** @param {string} base where dist/ is served, a URL. @param {string} scope the registration's, a URL. */
  constructor(base, scope) {
    this.base = base;
    this.wasm = base + WASM;
    this.desk = base + DESK;
    this.client = `${base}client.js`;
    const { pathname } = new URL(scope);
    // Cache Storage is the origin's: two apps on one origin, at other scopes, must not remove each other's files.
    this.suffix = pathname === "/" ? "" : `:${pathname}`;
    this.cacheName = `longshore-${VERSION}${this.suffix}`;
    /** Where what is precached lies a second time (`mirror.js`). */
    this.mirrorName = `longshore-mirror:${pathname}`;
    this.shelf = new Shelf(this.suffix);
  }

  /** What takes us off the site again. The first call must be during install: browsers refuse a new script for ever after. @returns {() => Promise<void>} */
  importLeave() {
    if (!self.__longshoreLeave) worker.importScripts(new URL("longshore-off.js", this.base).href);
    return /** @type {() => Promise<void>} */ (self.__longshoreLeave);
  }

  /**
   * A wasm of ours, started: the stored one, else from the network, which is then stored. Where the engine's is missing the client is
   * too: nothing has been installed yet, or the browser has removed what was.
   * @template {(init: {module_or_path: Response}) => Promise<unknown>} T
   * @param {string} url
   * @param {T} glue
   * @returns {Promise<T>}
   */
  async startWasm(url, glue) {
    let response = await this.stored(url);
    if (!response) {
      [response] = await Promise.all([fetch(url), url === this.wasm && this.#storeClient()]);
      if (!response.ok || response.redirected || response.headers.get("content-type")?.startsWith("text/")) {
        throw new Error(`${url} answered ${response.status} ${response.headers.get("content-type")}`);
      }
      await this.store(url, response.clone());
    }
    try {
      await glue({ module_or_path: response });
    } catch (error) {
      // It may have been cut or replaced on its way.
      await Promise.all([this.shelf.delete(url), (await this.cache())?.delete(url)]);
      throw error;
    }
    return glue;
  }

  /** Keeps the page client, without which no page starts offline. Many apps bundle it themselves, so it may be missing. */
  async #storeClient() {
    const response = await fetch(this.client, { cache: "no-cache" }).catch(() => undefined);
    const script = /javascript/.test(response?.headers.get("content-type") ?? "");
    if (response?.ok && !response.redirected && script) await this.store(this.client, response);
  }

  /**
   * The page client: the stored one at once, else the network's; and a newer one fetched behind it.
   * @param {FetchEvent} event
   */
  async clientResponse(event) {
    const stored = await this.stored(this.client);
    event.waitUntil(this.#storeClient());
    return stored ?? fetch(event.request);
  }

  /**
   * Removes the files of older versions, and the caches of libraries that were here before.
   * @param {readonly string[]} foreign names with `*`, such as `workbox-*`.
   */
  async clean(foreign) {
    const globs = foreign.map(stars);
    // While a newer version installs, caches that look foreign may be its own; its activation cleans as well.
    const alone = isAlone();
    const names = await caches.keys();
    // What is ours is ours to remove, whatever the globs say.
    const isForeign = (/** @type {string} */ name) => !name.startsWith("longshore") && globs.some((glob) => glob.test(name));
    await Promise.all(names.filter((name) => isForeign(name) || (alone && this.#isOlder(name))).map((name) => caches.delete(name)));
    const cache = alone ? await this.cache() : undefined;
    const keys = (await cache?.keys()) ?? [];
    const own = [this.wasm, this.desk, this.client];
    await Promise.all(keys.filter(({ url }) => !own.includes(url)).map((key) => cache?.delete(key)));
    if (alone) await this.shelf.keepOnly([...own, VERSIONS, ASKED]);
  }

  /** A file of ours, from the first place that has it. @param {string} url */
  async stored(url) {
    return (await (await this.cache())?.match(url)) ?? (await this.shelf.get(url));
  }

  /** Keeps a file of ours in both places. @param {string} url @param {Response} response */
  async store(url, response) {
    const cache = await this.cache();
    await Promise.all([this.shelf.put(url, response.clone()), cache?.put(url, response).catch(warn)]);
  }

  /** @param {string} name */
  #isOlder(name) {
    const [, suffix] = /^longshore-\d[^:]*(:.*)?$/.exec(name) ?? [undefined, null];
    return suffix !== null && (suffix ?? "") === this.suffix && name !== this.cacheName;
  }

  /** Cache Storage, where there is one: some private modes refuse it, and then the network must do. */
  async cache() {
    try {
      return await caches.open(this.cacheName);
    } catch (error) {
      warn(error);
      return undefined;
    }
  }
}

/** Whether no newer worker is being installed or waits: what is stored may be its own. */
export const isAlone = () => !worker.registration.installing && !worker.registration.waiting;

/** @param {unknown} error */
const warn = (error) => console.warn("longshore: Cache Storage refused", error);
