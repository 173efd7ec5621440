// @ts-check
// Which tab was loaded with which version of the app, so that a tab that lives through an update still gets its own files: after it the
// list of what is precached is another one, and its lazy chunks are gone from the server.
// Does not store any file: what older versions precached stays in the engine's store for as long as it is named here.
//
// A version is known by its precache list. What it lists without a revision is stored once only, the newest: of that, an older tab gets
// what all get. A navigation always gets the current version.

import { worker } from "./worker.js";

/**
 * @typedef {object} Version
 * @property {Map<string, string>} entries The keys of what it precached, by URL.
 * @property {string[]} tabs Who was loaded with it; empty for the current one, whose tabs are all others.
 */

/** Under which name they are kept, among our own files. */
export const VERSIONS = "versions";

export class Versions {
  /** @type {Set<string> | undefined} the folders and file endings of this version's files: what an older one precached looks alike. */
  #looks;
  /** @type {Version[] | undefined} the last active one first, once they are known. */
  known;
  /** @type {Promise<unknown>} the last look at them. */
  #settling = Promise.resolve();
  /** @type {Set<string>} tabs that were loaded in this life of the worker, with this version. */
  #recent = new Set();

  /**
   * @param {import("./shelf.js").Shelf} shelf
   * @param {Map<string, string>} entries of this version.
   */
  constructor(shelf, entries) {
    this.shelf = shelf;
    this.entries = entries;
  }

  /** @returns {Promise<Version[]>} */
  async read() {
    return (this.known ??= /** @type {Version[]} */ ((await this.shelf.run("readonly", (store) => store.get(VERSIONS))) ?? []));
  }

  /**
   * Forgets the versions whose last tab is gone.
   * @param {"activate" | "start"} at at activation, every tab that is there was loaded with an older version.
   * @returns {Promise<string[] | undefined>} the keys that are needed, where that has changed.
   */
  settle(at) {
    // One after the other: pages speak to a worker that is still being activated, and that wakes it.
    const next = () => this.#look(at);
    return (this.#settling = this.#settling.then(next, next));
  }

  /** @param {"activate" | "start"} at @returns {Promise<string[] | undefined>} */
  async #look(at) {
    this.known = at === "activate" ? undefined : this.known;
    let all = await this.read();
    const before = all.length;
    const tabs = (await worker.clients.matchAll({ includeUncontrolled: true, type: "all" })).map(({ id }) => id);
    if (at === "activate") {
      const placed = all.flatMap((version) => version.tabs);
      const [last, ...older] = all;
      all = last ? [{ ...last, tabs: tabs.filter((id) => !placed.includes(id)) }, ...older] : [];
      all.unshift({ entries: this.entries, tabs: [] });
    }
    all = all.map(({ entries, tabs: own }) => ({ entries, tabs: own.filter((id) => tabs.includes(id)) }));
    this.known = all.filter((version, place) => place === 0 || version.tabs.length > 0);
    if (at === "start" && this.known.length === before) return undefined;
    await this.shelf.run("readwrite", (store) => store.put(this.known, VERSIONS));
    return this.known.flatMap(({ entries }) => [...entries.values()]);
  }

  /**
   * Whether a request may be one for a file of an older version.
   * @param {FetchEvent} event
   * @param {boolean} free whether no route takes it.
   */
  concern({ request, clientId, resultingClientId }, free) {
    if (resultingClientId) this.#recent.add(resultingClientId);
    const { url, method, mode, headers } = request;
    if (!clientId || mode === "navigate" || method !== "GET" || headers.has("range") || this.#recent.has(clientId)) return false;
    if (this.known) return this.keyOf(clientId, url, free) !== undefined;
    this.#looks ??= new Set([...this.entries.keys()].map(lookOf));
    return this.entries.has(url) ? free : this.#looks.has(lookOf(url));
  }

  /**
   * The key of an older version's file. What is listed now goes by the routes; what is not, the server has no more.
   * @param {string} tab @param {string} url @param {boolean} free
   */
  keyOf(tab, url, free) {
    const key = this.known?.find(({ tabs }) => tabs.includes(tab))?.entries.get(url);
    const now = this.entries.get(url);
    return key === now || (now && !free) ? undefined : key;
  }
}

/** A URL without its file's name: folder and ending. @param {string} url */
const lookOf = (url) => url.replace(/[^/]*?(\.\w+)?$/, "$1");
