// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// Answers that the engine has declared ready: for a while they may go out without it, from memory, or from the store while it boots.
// Decides nothing about freshness: `from`, `until` and the rest were written by the engine, into the stored entry (`src/freshness/ready.rs`).
//
// A ready answer goes out only to a plain GET (no field that asks for something else, the default cache mode), on the route table that
// the mark was made under, at or after `from` and before `until`, and while no write has touched its URL or tags since it was fetched.
// Whatever is not ready goes to the engine.

import { settled, within } from "./settled.js";
import { worker } from "./worker.js";

/**
 * A stored entry, as far as the shell reads it; the engine's record of it is in `src/web/store/records.rs`.
 * @typedef {object} Entry
 * @property {number} status
 * @property {string} head The header fields, `name: value` a line.
 * @property {string} url
 * @property {number} generation
 * @property {string} group
 * @property {string[]} tags
 * @property {number} size Of the body.
 * @property {{table: string, route?: number, from: number, until: number, born: number}} [ready] `route` is the one that judged so; none for what is precached. `born` is when its age was zero. Times in ms since 1970.
 *
 * @typedef {object} Answer
 * @property {string} key Of the entry.
 * @property {string} group Which limits it counts in.
 * @property {number} [route] Which route it may go out by; none for what is precached.
 * @property {string[]} targets The generations whose raise makes it outdated.
 * @property {number} status
 * @property {[string, string][]} headers Without Age.
 * @property {number} size Of the body.
 * @property {ArrayBuffer | Blob | import("../works/chunks.js").Chunked} body
 * @property {number} from
 * @property {number} until
 * @property {number} born
 */

/** @typedef {import("./routes.js").Place} Place */

/** Request fields that ask for another answer than the plain one (RFC 9110, 13 and 14; RFC 9111, 5.2.1). */
const SPECIAL = new Set(
  ["range", "if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range", "cache-control", "pragma", "authorization"],
);

/** The newest database that is read; the engine's is in `src/web/store/schema.rs`. In a newer one the engine cannot note what a write makes stale. */
const SCHEMA = 3;

/** What the memory tier may hold, and one answer at most, in bytes. */
const MEMORY = 16 << 20;
const SHARE = 8;
/** Up to here copying a body costs less than making a Blob of it, in bytes: 1 KB goes out in 0.8 of the time, 200 KB in the same. */
const SMALL = 65_536;
/** What an answer weighs beside its body: fields, keys and objects. */
const OVERHEAD = 1024;

/** A mark without an end ends here or later. */
const FOREVER = Number.MAX_SAFE_INTEGER;

/** How long the database may take to open, ms; then the engine is asked, which has its own way with one that another page blocks. */
const PATIENCE_MS = 500;

export class Ready {
  /** @type {Map<string, Answer>} by entry key, the longest unused first. */
  answers = new Map();
  bytes = 0;
  /** Counts what was forgotten: an answer that was being read meanwhile is not remembered. */
  epoch = 0;
  /** @type {Map<string, [string, number]>} group and last use of entries, until the engine is told. */
  uses = new Map();
  /** @type {Promise<IDBDatabase> | undefined} */
  #opening;
  /** @type {string | undefined} */
  known;
  /** Bytes that the memory tier may hold; 0 turns it off. */
  memory = MEMORY;
  /** Whether writes that wait lie over what is read: what is ready goes out only where none wait. */
  layers = false;
  /** Whether some may wait. */
  layered = false;
  /** Set once something was written that the store's generations know nothing of: only the engine, or the next life, can tell then. */
  #distrusted = false;

  /**
   * @param {string} database the engine's database.
   * @param {() => string} name of the route table that marks must have been made under.
   * @param {(key: string, body: import("../works/chunks.js").Chunked) => ReadableStream} stream reads a large body.
   */
  constructor(database, name, stream) {
    this.database = database;
    this.name = name;
    this.stream = stream;
  }

  /** Opens the database before anyone asks. */
  prepare() {
    this.#opening = this.open();
    // Whoever asks will hear of it.
    this.#opening.catch(() => {});
  }

  /** The route table's name, found out when first needed. */
  get table() {
    return (this.known ??= this.name());
  }

  /** Whether a request may be answered by what is ready. @param {Request} request */
  takes(request) {
    if (this.#distrusted || this.layered || request.method !== "GET" || request.cache !== "default") return false;
    for (const name of request.headers.keys()) if (SPECIAL.has(name)) return false;
    return true;
  }

  /** The answer from memory. @param {Place} place @returns {Response | undefined} */
  remembered(place) {
    const { keys, ages } = place;
    const answer = this.answers.get(keys.find((key) => this.answers.has(key)) ?? "");
    const now = Date.now();
    if (!answer || !isFor(answer, place, now)) return undefined;
    // Put behind all others: it was used last.
    this.answers.delete(answer.key);
    this.answers.set(answer.key, answer);
    // A browser hands on a Blob without copying it; making one is work that a first answer need not wait for.
    if (answer.body instanceof ArrayBuffer && answer.size > SMALL) answer.body = new Blob([answer.body]);
    return this.respond(answer, now, ages, "memory");
  }

  /** The answer from the store. @param {Place} place @returns {Promise<Response | undefined>} */
  async stored(place) {
    const { keys, ages } = place;
    try {
      const { epoch } = this;
      const answer = await this.read(keys);
      const now = Date.now();
      if (!answer || !isFor(answer, place, now)) return undefined;
      const response = this.respond(answer, now, ages, "store");
      if (epoch === this.epoch) this.#remember(answer);
      return response;
    } catch (error) {
      // A closed handle, a database that was never made: the engine has its own way with both.
      this.close();
      return undefined;
    }
  }

  /** Drops what these entry keys and generations touch; without any, all. @param {string[]} [names] */
  forget(names) {
    this.epoch += 1;
    for (const answer of this.answers.values()) {
      if (!names || names.includes(answer.key) || answer.targets.some((target) => names.includes(target))) this.drop(answer);
    }
  }

  /** Goes out no more in this life. */
  distrust() {
    this.#distrusted = true;
    this.forget();
  }

  /** The uses that the engine has not heard of, key, group and moment of each; undefined while they are fewer than that. @param {number} least */
  takeUses(least) {
    if (this.uses.size < least) return undefined;
    const uses = Array.from(this.uses, ([key, [group, at]]) => ({ key, group, at }));
    this.uses.clear();
    return uses;
  }

  /**
   * The fields say how it came about, in the engine's words (`src/engine/exchange/provenance.rs`).
   * @param {Answer} answer @param {number} now @param {boolean} ages @param {"memory" | "store"} from
   */
  respond({ key, group, status, headers, body, born, until }, now, ages, from) {
    this.uses.set(key, [group, now]);
    const age = String(Math.max(0, Math.floor((now - born) / 1000)));
    const ttl = ages && until < FOREVER ? `; ttl=${Math.floor((until - now) / 1000)}` : "";
    /** @type {[string, string][]} */
    const ours = [["age", age], ["cache-status", `Longshore; hit${ttl}; detail=${from}`], ["server-timing", `longshore;desc=${from}`]];
    return new Response(status === 204 || status === 205 ? null : this.bytesOf(key, body), { status, headers: [...headers, ...ours] });
  }

  /**
   * A stored body as a response takes it. Of bytes Chromium makes a Blob before it hands on even the head; of a stream it does not, and a page
   * has its answer sooner, from a worker that starts by half a millisecond.
   * @param {string} key @param {Answer["body"]} body
   */
  bytesOf(key, body) {
    if ("token" in body) return this.stream(key, body);
    // What is larger than a pipe would need the worker until its page has read it.
    return body instanceof Blob || body.byteLength > SMALL ? body : streamOf(new Uint8Array(body));
  }

  /** @param {Answer} answer */
  #remember(answer) {
    // A large body is read from the store each time.
    if ("token" in answer.body || weight(answer) > this.memory / SHARE) return;
    const before = this.answers.get(answer.key);
    if (before) this.drop(before);
    this.answers.set(answer.key, answer);
    this.bytes += weight(answer);
    for (const oldest of this.answers.values()) {
      if (this.bytes <= this.memory) break;
      this.drop(oldest);
    }
  }

  /** @param {Answer} answer */
  drop(answer) {
    this.answers.delete(answer.key);
    this.bytes -= weight(answer);
  }

  /** One transaction. @param {string[]} keys @returns {Promise<Answer | undefined>} */
  async read(keys) {
    const transaction = (await this.handle()).transaction(["entries", "bodies", "generations", ...(this.layers ? ["rows"] : [])]);
    const waiting = this.layers && settled(transaction.objectStore("rows").count());
    const [entries, bodies, generations] = ["entries", "bodies", "generations"].map((name) => transaction.objectStore(name));
    const current = settled(generations.get("current"));
    const finding = Promise.all(keys.map((key) => Promise.all([settled(entries.get(key)), settled(bodies.get(key))])));
    // The first time it takes a moment, in which the store is at work.
    const { table } = this;
    const found = await finding;
    const at = found.findIndex(([entry, body]) => entry && body);
    if (at < 0 || (await waiting)) return undefined;
    /** @type {[Entry, ArrayBuffer | import("../works/chunks.js").Chunked | import("../works/packing.js").Packed]} */
    const [entry, body] = found[at];
    const { ready, status, group, size } = entry;
    // Whatever is not the body that was stored is as good as none.
    if (ready?.table !== table || body.byteLength !== size) return undefined;
    // An answer under a better key, or the URL's own, takes its place.
    const better = [entry.url, ...keys.slice(0, at)].filter((key) => key !== keys[at]);
    const targets = [`u:${entry.url.split("?", 1)[0]}`, ...entry.tags.map((tag) => `t:${tag}`)];
    if (((await current) ?? 0) > entry.generation) {
      // Something was written since: whether it was this is in the targets' own rows.
      // Or has been forgotten, with all rows of its time: what is precached goes with its revision.
      const rows = group === "precache" ? targets : ["all", ...targets];
      const raised = await Promise.all(rows.map((row) => settled(generations.get(row))));
      if (raised.some((generation) => generation > entry.generation)) return undefined;
    }
    // Where a route has them packed (`../works/packing.js`).
    const bytes = "packed" in body ? await new Response(new Blob([body.packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer() : body;
    return { ...ready, key: keys[at], group, targets: [...targets, ...better], status, headers: fieldsOf(entry.head), size, body: bytes };
  }

  /** The handle that is in use. */
  handle() {
    return (this.#opening ??= this.open());
  }

  /** @returns {Promise<IDBDatabase>} */
  async open() {
    const request = worker.indexedDB.open(this.database);
    // The database is the engine's to make.
    request.onupgradeneeded = () => request.transaction?.abort();
    const opened = settled(request).then((/** @type {IDBDatabase} */ database) => {
      database.onversionchange = database.onclose = () => {
        // It may have come too late to be the one in use.
        database.close();
        this.close();
      };
      if (database.version > SCHEMA) {
        database.close();
        throw new Error("the database of a newer version");
      }
      return database;
    });
    return within(opened, PATIENCE_MS);
  }

  /** Lets the handle go, and all that was read over it. */
  close() {
    this.#opening?.then((database) => database.close(), () => {});
    this.#opening = undefined;
    this.forget();
  }
}

/** @param {Answer} answer @param {number} now */
const isNow = ({ from, until }, now) => from <= now && now < until;

/** Whether the mark holds for those who look in this place. @param {Answer} answer @param {Place} place @param {number} now */
const isFor = (answer, { ages, route }, now) => (answer.route === undefined || answer.route === route) && (!ages || isNow(answer, now));

/** @param {Answer} answer */
const weight = ({ size }) => size + OVERHEAD;

/** @param {Uint8Array} bytes */
const streamOf = (bytes) =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });

/** @param {string} block @returns {[string, string][]} */
export function fieldsOf(block) {
  /** @type {[string, string][]} */
  const fields = [];
  for (const line of block.split("\n")) {
    const at = line.indexOf(": ");
    const name = line.slice(0, at);
    if (at > 0 && name !== "age") fields.push([name, line.slice(at + 2)]);
  }
  return fields;
}
