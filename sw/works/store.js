// @ts-check
// What lies in the engine's database, as far as the worker needs it without the engine.
// Does not judge or write anything.

import { fieldsOf } from "../shell/ready.js";
import { settled } from "../shell/settled.js";

export class Store {
  /** @param {import("../shell/ready.js").Ready} ready over whose handle it reads. */
  constructor(ready) {
    this.ready = ready;
  }

  /** The keys of what is precached; none where nothing can be read. @returns {Promise<string[]>} */
  async precached() {
    const range = IDBKeyRange.bound(["precache"], ["precache", []]);
    return (await this.#ask(["uses"], (uses) => uses.index("by-group").getAllKeys(range)))?.[0] ?? [];
  }

  /** What an older version has precached: it goes with its version, and nobody judges it. @param {string} key */
  async kept(key) {
    const [entry, body] = (await this.#ask(["entries", "bodies"], (store) => store.get(key))) ?? [];
    if (!entry || body?.byteLength !== entry.size) return undefined;
    return new Response(this.ready.bytesOf(key, body), { status: entry.status, headers: fieldsOf(entry.head) });
  }

  /** The rows of the queue, oldest first, as they lie there: another worker may have written some. @returns {Promise<any[]>} */
  async rows() {
    const read = () => this.#ask(["rows"], (store) => store.getAll());
    // Once more over a fresh handle: the browser may have closed the one there was.
    const [rows] = (await read()) ?? (await read()) ?? [];
    if (!rows) throw new Error("the queue cannot be read");
    return rows;
  }

  /** What is kept with rows of the queue. @param {string[]} keys @returns {Promise<(ArrayBuffer | import("./uploads.js").Stored | undefined)[]>} */
  async rowBodies(keys) {
    const transaction = (await this.ready.handle()).transaction(["row-bodies"]);
    return Promise.all(keys.map((key) => settled(transaction.objectStore("row-bodies").get(key))));
  }

  /** What a person has paused, as `rows.js` keeps it: rows by id, lanes as `lane:name`, everything as `all`. @returns {Promise<string[]>} */
  async paused() {
    return (await this.#ask(["generations"], (store) => store.get("paused")))?.[0]?.names ?? [];
  }

  /**
   * One request to each of these stores; undefined where they cannot be read.
   * @param {string[]} stores
   * @param {(store: IDBObjectStore) => IDBRequest} use
   */
  async #ask(stores, use) {
    try {
      const transaction = (await this.ready.handle()).transaction(stores);
      return await Promise.all(stores.map((name) => settled(use(transaction.objectStore(name)))));
    } catch (error) {
      this.ready.close();
      return undefined;
    }
  }
}
