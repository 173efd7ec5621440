// @ts-check
// Large bodies: stored in chunks while they arrive, handed to pages meanwhile, and read again chunk after chunk.
// Decides nothing about what is stored: the engine asks for it, and names what was stored in the entry's place among the bodies.
//
// A chunk lies in the store `chunks` under [entry key, token, number]; in `bodies` a `Chunked` names the token. Whoever stores or reads one
// holds a lock in the token's name. `sweep` removes chunks that neither an entry nor a lock names: of bodies that were cut off or
// replaced, and of workers that died.
//
// Memory for one fetch, however large and however slow its page: ONE_PIECE of what has come, and as much again while it is put together.
// Pages never hold the storing up: what they have not taken is read from the store, and only where nothing is stored does the network wait.

import { pack, unpack } from "./packing.js";

/** A body of at most so many bytes is stored in one piece; `src/http/range.rs` has it too. */
export const ONE_PIECE = 4 << 20;
export const CHUNK = 1 << 20;
/** In the place of an entry's key: the chunks of writes (`uploads.js`); and what a commit that changes a row names. */
export const ROWS = "rows";
/** Below this share of ONE_PIECE, what is encoded counts as small: it grows when it is decoded. */
const GROWS = 8;

/**
 * @typedef {[string, number, number]} Place The entry's key, the token, and which chunk.
 *
 * @typedef {object} Hold
 * @property {Promise<void>} held
 * @property {() => void} end
 */

/** A large body as it stands among the bodies. Getters are not stored. */
export class Chunked {
  /** @type {IDBKeyRange} */
  #range;

  /** @param {string} key @param {number} token @param {number} byteLength */
  constructor(key, token, byteLength) {
    this.#range = rangeOf(key, token);
    this.token = token;
    this.byteLength = byteLength;
  }

  /** Where its chunks lie. */
  get range() {
    return this.#range;
  }

  /** How many they are. */
  get count() {
    return Math.ceil(this.byteLength / CHUNK);
  }
}

export class Chunks {
  /** @type {Set<Pump>} those whose chunks no entry names yet, or that a page is still being given. */
  pumps = new Set();
  /** @type {Set<string>} keys of entries that have, or had, chunks. */
  keys = new Set();
  /** Whether chunks that nothing but a lock named have been left. */
  #spared = false;
  /** @type {Set<Promise<void>>} one for each stream that a page is being given; until they end the worker is needed. */
  streams = new Set();
  pack = pack;
  unpack = unpack;

  /**
   * @param {string} name of the database.
   * @param {() => Promise<IDBDatabase>} open gives a handle; the same one again, as long as it is good.
   * @param {() => void} close lets go of a handle that is not.
   * @param {() => Promise<unknown>} makeRoom removes what was unused the longest.
   * @param {() => Promise<any[]>} rows of the queue, as they lie there.
   */
  constructor(name, open, close, makeRoom, rows) {
    this.rows = rows;
    this.name = name;
    this.open = open;
    this.close = close;
    this.makeRoom = makeRoom;
  }

  /** What stores and hands out a body that may be large; nothing for the others. @param {Response} response */
  take(response) {
    const { status, headers } = response;
    // In Chromium these have an empty body here, which none that a worker makes may have (Fetch, 2.2.3).
    if ([204, 205, 304].includes(status)) return undefined;
    const length = headers.get("content-length");
    const grown = Number(length) * (headers.has("content-encoding") ? GROWS : 1);
    // What a page gets from here no longer says where a redirect has led.
    const small = length === null ? response.redirected : grown <= ONE_PIECE;
    // Without locks nobody would know which chunks are needed.
    return small || !response.body || !navigator.locks ? undefined : new Pump(this, response, response.body.getReader());
  }

  /**
   * The bytes of a stored body from first to last, as a stream.
   * @param {string} key @param {Chunked} body @param {number} [at] @param {number} [last]
   */
  read(key, { token, byteLength }, at = 0, last = byteLength - 1) {
    const { held, end } = this.hold(token);
    return this.stream(async () => {
      await held;
      if (at > last) return undefined;
      const bytes = await this.get(key, token, at);
      at += bytes.byteLength;
      return at > last ? bytes.subarray(0, bytes.byteLength - (at - last - 1)) : bytes;
    }, end);
  }

  /** The bytes from here to the end of the chunk. @param {string} key @param {number} token @param {number} at @returns {Promise<Uint8Array>} */
  async get(key, token, at) {
    const place = [key, token, Math.floor(at / CHUNK)];
    const chunk = await this.run(["chunks"], "readonly", (chunks) => chunks.get(place));
    if (chunk) return new Uint8Array(chunk, at % CHUNK);
    // An entry without its bytes is as good as none; the next request finds that, and asks the network.
    await this.run(["bodies"], "readwrite", (bodies) => {
      const named = bodies.get(key);
      named.onsuccess = () => named.result?.token === token && bodies.delete(key);
    });
    throw new Error(`a chunk of ${key} is gone`);
  }

  /** What a commit under these entry keys has left over is removed. Called before and after each. @param {string[]} names */
  async forget(names) {
    for (const pump of this.pumps) if (names.includes(pump.key)) pump.settle();
    if (names.some((name) => this.keys.has(name))) await this.sweep();
  }

  /** Removes the chunks that neither an entry nor a lock names. */
  async sweep() {
    try {
      const places = /** @type {Place[]} */ (await this.run(["chunks"], "readonly", (chunks) => chunks.getAllKeys()));
      const firsts = places.filter(([, , number]) => number === 0);
      this.#spared = false;
      if (firsts.length === 0) return;
      // Asked after the chunks were seen: whoever stored them without a lock by now has put them into an entry, or never will.
      const held = await locksHeld();
      const kept = firsts.some(([key]) => key === ROWS) ? await this.#keptByRows() : [];
      /** @type {string[]} locks that chunks were left for. */
      const spared = [];
      await this.run(["chunks", "bodies"], "readwrite", (chunks, bodies) => {
        for (const [key, token] of firsts) {
          this.keys.add(key);
          const named = bodies.get(key);
          named.onsuccess = () => {
            if (named.result?.token === token || kept.includes(token)) return;
            if (held.includes(this.#lockOf(token))) spared.push(this.#lockOf(token));
            else chunks.delete(rangeOf(key, token));
          };
        }
      });
      if (spared.length === 0) return;
      // From here on who lets go sweeps; who has let go since we looked could not know. Not by waiting for the lock: readers would wait behind us.
      this.#spared = true;
      const still = await locksHeld();
      if (!spared.every((name) => still.includes(name))) await this.sweep();
    } catch (error) {
      console.warn("longshore: no chunks were removed", error);
    }
  }

  /** The tokens that rows of the queue name. */
  async #keptByRows() {
    const large = (await this.rows()).filter(({ body }) => body?.size > ONE_PIECE);
    return Promise.all(large.map(async ({ id }) => (await this.run(["row-bodies"], "readonly", (bodies) => bodies.get(id)))?.token));
  }

  /**
   * A stream that asks for bytes only when its reader does. A reader that leaves ends it, and so does an error.
   * @param {() => Promise<Uint8Array | undefined>} next
   * @param {() => void} end
   */
  stream(next, end) {
    /** @type {() => void} */
    let cancel = () => {};
    /** @type {Promise<void>} */
    const left = new Promise((resolve) => (cancel = resolve));
    const over = left.then(() => {
      this.streams.delete(over);
      end();
    });
    this.streams.add(over);
    /** @type {UnderlyingDefaultSource<Uint8Array>} */
    const source = {
      cancel,
      async pull(controller) {
        try {
          const bytes = await next();
          if (bytes) return controller.enqueue(bytes);
          controller.close();
          cancel();
        } catch (error) {
          cancel();
          throw error;
        }
      },
    };
    return new ReadableStream(source, { highWaterMark: 0 });
  }

  /** Holds the lock in a token's name. @param {number} token @returns {Hold} */
  hold(token) {
    let end = () => {};
    /** @type {Promise<void>} */
    const ended = new Promise((resolve) => (end = resolve));
    /** @type {Promise<void>} */
    const held = new Promise((resolve, reject) => {
      const locked = () => (resolve(), ended);
      navigator.locks.request(this.#lockOf(token), { mode: "shared" }, locked).catch(reject).then(() => {
        if (this.#spared) void this.sweep();
      });
    });
    return { held, end };
  }

  /** @param {number} token */
  #lockOf(token) {
    return `${this.name}#${token}`;
  }

  /**
   * One transaction, tried once more over a fresh handle, or when room was made. Gives the result of the request that `use` made.
   * @param {string[]} names @param {IDBTransactionMode} mode @param {(...stores: IDBObjectStore[]) => IDBRequest | void} use
   * @param {IDBTransactionDurability} [durability] "strict" for what somebody is promised.
   * @returns {Promise<any>}
   */
  async run(names, mode, use, durability = "relaxed") {
    for (let again = false; ; again = true) {
      try {
        const transaction = (await this.open()).transaction(names, mode, { durability });
        const request = use(...names.map((name) => transaction.objectStore(name)));
        await new Promise((resolve, reject) => {
          transaction.oncomplete = resolve;
          transaction.onabort = () => reject(transaction.error);
        });
        return request?.result;
      } catch (error) {
        if (again) throw error;
        if (/** @type {any} */ (error)?.name !== "QuotaExceededError") this.close();
        else await this.makeRoom().then(() => this.sweep());
      }
    }
  }
}

/** One body on its way from the network to the store, and to pages. */
class Pump {
  key = "";
  /** So many bytes have come; those from `base` on are in `pieces`, those before have gone to the store, or to all pages. */
  length = 0;
  base = 0;
  /** @type {Uint8Array[]} */
  pieces = [];
  /** Whether no more will come. */
  #over = false;
  /** @type {Promise<void> | undefined} the step under way: of the storing, or else of the network. */
  #step;
  #storing = false;
  /** @type {Set<{at: number}>} how far each page is. */
  #pages = new Set();
  /** @type {Hold | undefined} from the first chunk on. */
  #lock;

  /** @param {Chunks} chunks @param {Response} response @param {ReadableStreamDefaultReader<Uint8Array>} reader */
  constructor(chunks, response, reader) {
    this.chunks = chunks;
    this.response = response;
    this.reader = reader;
    this.token = Date.now() + Math.random();
  }

  /** An answer for a page, with this body. */
  get page() {
    const page = { at: 0 };
    this.#pages.add(page);
    const next = async () => {
      while (page.at === this.length && !this.#over) await this.more();
      if (page.at === this.length) return undefined;
      const bytes = page.at < this.base ? await this.chunks.get(this.key, this.token, page.at) : this.#inMemory(page.at);
      page.at += bytes.byteLength;
      if (!this.#storing && !this.#over) this.drop(Math.min(...Array.from(this.#pages, ({ at }) => at)));
      return bytes;
    };
    const end = () => {
      this.#pages.delete(page);
      this.#leave();
    };
    const { status, statusText, headers } = this.response;
    return new Response(this.chunks.stream(next, end), { status, statusText, headers });
  }

  /**
   * Stores it under an entry's key. Gives what stands for it among the bodies; of one that turns out longer than `most`, only how long it
   * is at least.
   * @param {string} key @param {number} most
   * @returns {Promise<ArrayBufferLike | Chunked | {byteLength: number}>}
   */
  async store(key, most) {
    this.key = key;
    this.#storing = true;
    try {
      while (!this.#over) {
        await (this.#step = this.#advance());
        if (this.length > most) return { byteLength: this.length };
      }
      if (!this.#lock) return this.#joined(this.length).buffer;
      await this.flush();
      return new Chunked(key, this.token, this.length);
    } finally {
      this.#storing = false;
      this.#step = undefined;
      this.#leave();
    }
  }

  /** Reads a piece, and stores what is full. */
  async #advance() {
    await this.#arrival();
    while (this.length - this.base >= CHUNK && (this.#lock || this.length > ONE_PIECE)) await this.flush();
  }

  /** Stores a chunk. Only then does it leave memory: until then pages get it from there. */
  async flush() {
    const size = Math.min(CHUNK, this.length - this.base);
    if (size === 0) return;
    if (!this.#lock) {
      this.#lock = this.chunks.hold(this.token);
      this.chunks.pumps.add(this);
      this.chunks.keys.add(this.key);
    }
    await this.#lock.held;
    const [place, { buffer }] = [[this.key, this.token, this.base / CHUNK], this.#joined(size)];
    await this.chunks.run(["chunks"], "readwrite", (chunks) => chunks.put(buffer, place));
    this.drop(this.base + size);
  }

  /** Waits for more: while it is being stored, the storing says when the network is read. */
  async more() {
    if (this.#storing) return this.#step?.catch(() => {});
    await (this.#step ??= this.#arrival().finally(() => (this.#step = undefined)));
  }

  /** Reads from the network. */
  async #arrival() {
    const { done, value } = await this.reader.read();
    if (value) {
      this.pieces.push(value);
      this.length += value.byteLength;
    }
    this.#over = done;
  }

  /** @param {number} at */
  #inMemory(at) {
    let start = this.base;
    for (const piece of this.pieces) {
      if (at < start + piece.byteLength) return piece.subarray(at - start);
      start += piece.byteLength;
    }
    return new Uint8Array();
  }

  /** The first so many bytes in memory. @param {number} size */
  #joined(size) {
    const whole = new Uint8Array(size);
    let at = 0;
    for (const piece of this.pieces) {
      whole.set(piece.subarray(0, size - at), at);
      at += piece.byteLength;
      if (at >= size) break;
    }
    return whole;
  }

  /** Forgets what is in memory up to here. @param {number} to */
  drop(to) {
    while (this.base < to) {
      const [piece] = this.pieces;
      const size = Math.min(piece.byteLength, to - this.base);
      if (size < piece.byteLength) this.pieces[0] = piece.subarray(size);
      else this.pieces.shift();
      this.base += size;
    }
  }

  /** The commit that it was for is over, unless it is not yet under way. */
  settle() {
    if (this.#storing) return;
    this.chunks.pumps.delete(this);
    this.#leave();
  }

  /** Lets go of what nobody needs any more. */
  #leave() {
    if (this.#storing || this.#pages.size > 0) return;
    if (!this.#over) this.reader.cancel().catch(() => {});
    if (!this.chunks.pumps.has(this)) this.#lock?.end();
  }
}

/** Where the chunks of a body lie: an array sorts before any longer one that begins like it, and behind every number. @param {string} key @param {number} token */
const rangeOf = (key, token) => IDBKeyRange.bound([key, token], [key, token, []]);

/** The names of all locks that somebody holds. */
async function locksHeld() {
  const { held = [] } = await navigator.locks.query();
  return held.map(({ name }) => name);
}
