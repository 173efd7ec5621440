// @ts-check
// Hands messages to the page's handlers, and tells them what to read again when messages were missed.
// Does not listen to anything, and sends nothing.

import { compile } from "../pattern.js";
import { checked } from "../pattern-check.js";

/**
 * @typedef {object} Entry
 * @property {string} kind
 * @property {(event: any) => void} handler
 * @property {readonly string[]} urls Patterns as written.
 * @property {readonly string[]} tags
 * @property {(event: any) => boolean} wants
 */

/** Gaps come in bursts; what they ask for is read once. */
const RESYNC_DELAY_MS = 50;

export class Events {
  /** @param {() => unknown} waiting the worker that waits to take over, if any. @param {() => void} changed called when what is observed has changed. */
  constructor(waiting, changed = () => {}) {
    this.waiting = waiting;
    this.changed = changed;
    /** @type {Set<Entry>} */
    this.entries = new Set();
    /** @type {object[] | undefined} what came before the page could say what it wants. */
    this.held = [];
    this.resyncing = false;
  }

  /**
   * @param {string} kind
   * @param {(event: any) => void} handler
   * @param {{urls?: readonly string[], tags?: readonly string[]}} [filter]
   * @returns {() => void}
   */
  on(kind, handler, { urls = [], tags = [] } = {}) {
    const patterns = urls.map((url) => compile(checked(url)));
    /** @param {any} event */
    const wants = (event) => {
      if (urls.length + tags.length === 0) return true;
      const url = event.url ? new URL(event.url, location.href) : undefined;
      const tagged = Array.isArray(event.tags) && tags.some((tag) => event.tags.includes(tag));
      return tagged || (url !== undefined && patterns.some((pattern) => pattern.test(url, location.origin)));
    };
    const entry = { kind, handler, urls, tags, wants };
    this.entries.add(entry);
    if (urls.length > 0) this.changed();
    // Most pages ask after the update has come, so it is told once more.
    if (kind === "waiting" && this.waiting()) queueMicrotask(() => this.entries.has(entry) && run(entry, { v: 1, kind }));
    return () => {
      if (this.entries.delete(entry) && urls.length > 0) this.changed();
    };
  }

  /** The URL patterns that handlers observe, each once. @returns {string[]} */
  get observed() {
    return [...new Set([...this.entries].filter(({ kind }) => kind === "updated").flatMap(({ urls }) => urls))];
  }

  /** @param {any} event */
  emit(event) {
    if (this.held) return void this.held.push(event);
    for (const entry of [...this.entries]) {
      if ((entry.kind === event.kind || entry.kind === "*") && entry.wants(event)) run(entry, event);
    }
  }

  /** Hands out what was held back, and everything else at once from now on. */
  release() {
    const held = this.held ?? [];
    this.held = undefined;
    for (const event of held) this.emit(event);
  }

  /** Tells the handlers to read again what they observe, and nothing else. @param {"gap" | "pageshow"} reason */
  resync(reason) {
    if (this.resyncing) return;
    this.resyncing = true;
    setTimeout(() => {
      this.resyncing = false;
      this.emit({ v: 1, kind: "resync", reason });
      for (const entry of [...this.entries]) {
        if (entry.kind !== "updated") continue;
        const updated = { v: 1, kind: "updated", resync: true, url: null };
        if (entry.urls.length + entry.tags.length === 0) run(entry, updated);
        for (const url of entry.urls) run(entry, { ...updated, url });
        for (const tag of entry.tags) run(entry, { ...updated, tag });
      }
    }, RESYNC_DELAY_MS);
  }
}

/** One handler's error is not another's. @param {Entry} entry @param {object} event */
function run(entry, event) {
  try {
    entry.handler(event);
  } catch (error) {
    console.error("longshore: a handler threw", error);
  }
}
