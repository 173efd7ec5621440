// @ts-check
// What lies in the engine's database, as far as the worker needs it without the engine.
// Writes nothing but what a person has paused.

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

  /** What is kept with rows of the queue. @param {string[]} keys @returns {Promise<(ArrayBuffer | import("./uploads.js").Stored | undefined)[]>} */
  async rowBodies(keys) {
    const transaction = (await this.ready.handle()).transaction(["row-bodies"]);
    return Promise.all(keys.map((key) => settled(transaction.objectStore("row-bodies").get(key))));
  }

  /** What a person has paused: rows by id, lanes as `lane:name`, everything as `all`. @returns {Promise<string[]>} */
  async paused() {
    return (await this.#ask(["generations"], (store) => store.get("paused")))?.[0]?.names ?? [];
  }

  /** @param {(paused: string[], ids: IDBValidKey[]) => string[]} change told the rows there are. @returns {Promise<string[]>} as it is from now on. */
  async pause(change) {
    const transaction = (await this.ready.handle()).transaction(["generations", "rows"], "readwrite", { durability: "strict" });
    const store = transaction.objectStore("generations");
    const ids = await settled(transaction.objectStore("rows").getAllKeys());
    const paused = change((await settled(store.get("paused")))?.names ?? [], ids);
    store.put({ names: paused }, "paused");
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    return paused;
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
