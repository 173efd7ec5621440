// @ts-check
// Which tab was loaded with which version of the app, so that a tab that lives through an update still gets its own files: after it the
// list of what is precached is another one, and its lazy chunks are gone from the server.
// Does not find out which versions live on (`../works/lineage.js`), nor store any file: what older versions precached stays in the engine's
// store for as long as it is named here.
//
// A version is known by its precache list. What it lists without a revision is stored once only, the newest: of that, an older tab gets
// what all get. A navigation always gets the current version.

/**
 * @typedef {object} Version
 * @property {Map<string, string>} entries The keys of what it precached, by URL.
 * @property {string[]} tabs Who was loaded with it; empty for the current one, whose tabs are all others.
 */

export class Versions {
  /** @type {Set<string> | undefined} the folders and file endings of this version's files: what an older one precached looks alike. */
  #looks;
  /** @type {Version[] | undefined} the last active one first, once they are known. */
  known;
  /** @type {Set<string>} tabs that were loaded in this life of the worker, with this version. */
  #recent = new Set();

  /** @param {Map<string, string>} entries of this version. */
  constructor(entries) {
    this.entries = entries;
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
