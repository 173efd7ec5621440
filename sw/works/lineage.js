// @ts-check
// The versions of the app before this one, for as long as a tab lives that was loaded with them: kept on the shelf, among our own files.
// Does not say which file a tab gets: `../shell/versions.js` does.

import { worker } from "../shell/worker.js";

/** @typedef {import("../shell/versions.js").Version} Version */

/** Under which name they are kept. */
export const VERSIONS = "versions";

export class Lineage {
  /** @type {Promise<unknown>} the last look at them. */
  #settling = Promise.resolve();

  /**
   * @param {import("../shell/versions.js").Versions} versions
   * @param {Pick<import("./shelf.js").Shelf, "run">} shelf
   */
  constructor(versions, shelf) {
    this.versions = versions;
    this.shelf = shelf;
  }

  /** @returns {Promise<Version[]>} */
  async read() {
    return (this.versions.known ??= /** @type {Version[]} */ ((await this.shelf.run("readonly", (store) => store.get(VERSIONS))) ?? []));
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
    this.versions.known = at === "activate" ? undefined : this.versions.known;
    let all = await this.read();
    const before = all.length;
    const tabs = (await worker.clients.matchAll({ includeUncontrolled: true, type: "all" })).map(({ id }) => id);
    if (at === "activate") {
      const placed = all.flatMap((version) => version.tabs);
      const [last, ...older] = all;
      all = last ? [{ ...last, tabs: tabs.filter((id) => !placed.includes(id)) }, ...older] : [];
      all.unshift({ entries: this.versions.entries, tabs: [] });
    }
    all = all.map(({ entries, tabs: own }) => ({ entries, tabs: own.filter((id) => tabs.includes(id)) }));
    this.versions.known = all.filter((version, place) => place === 0 || version.tabs.length > 0);
    if (at === "start" && this.versions.known.length === before) return undefined;
    await this.shelf.run("readwrite", (store) => store.put(this.versions.known, VERSIONS));
    return this.versions.known.flatMap(({ entries }) => [...entries.values()]);
  }
}
