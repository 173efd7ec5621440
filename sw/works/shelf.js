// @ts-check
// A second place for our own files, in IndexedDB: an engine may lose what Cache Storage held and keep its databases (WebKit's automation
// sessions do, when the worker ends), and without the wasm a worker that starts offline could serve nothing.
// Never the first place: Cache Storage lets browsers keep the compiled wasm beside it.

import { settled } from "../shell/settled.js";
import { worker } from "../shell/worker.js";

const STORE = "files";

/**
 * A file at rest.
 * @typedef {{type: string, bytes: ArrayBuffer}} Kept
 */

export class Shelf {
  /** @param {string} suffix tells the scopes of one origin apart. */
  constructor(suffix) {
    this.name = `longshore-files${suffix}`;
  }

  /** The file, or undefined where it is not kept. @param {string} url @returns {Promise<Response | undefined>} */
  async get(url) {
    const kept = /** @type {Kept | undefined} */ (await this.run("readonly", (store) => store.get(url)));
    return kept && new Response(kept.bytes, { headers: { "content-type": kept.type } });
  }

  /** Keeps a file; reads the response. @param {string} url @param {Response} response */
  async put(url, response) {
    const kept = { type: response.headers.get("content-type") ?? "", bytes: await response.arrayBuffer() };
    await this.run("readwrite", (store) => store.put(kept, url));
  }

  /** @param {string} url */
  async delete(url) {
    await this.run("readwrite", (store) => store.delete(url));
  }

  /** Removes every file but these. @param {string[]} urls */
  async keepOnly(urls) {
    const keys = await this.run("readonly", (store) => store.getAllKeys());
    const old = /** @type {IDBValidKey[]} */ (keys ?? []).filter((key) => !urls.includes(String(key)));
    await Promise.all(old.map((key) => this.delete(String(key))));
  }

  /**
   * One request in a transaction of its own; undefined where there is no database to be had: the network is the third place.
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest} use
   * @returns {Promise<unknown>}
   */
  async run(mode, use) {
    try {
      const database = await this.open();
      try {
        return await settled(use(database.transaction(STORE, mode).objectStore(STORE)));
      } finally {
        database.close();
      }
    } catch (error) {
      console.warn("longshore: IndexedDB refused", error);
      return undefined;
    }
  }

  /** @returns {Promise<IDBDatabase>} */
  open() {
    const request = worker.indexedDB.open(this.name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    return settled(request);
  }
}
