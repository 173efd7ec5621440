// @ts-check
// Whether every message of every worker has come. Each worker counts its own from 1; `seq` is the number of the last one.
// Does not know what the messages say.

/** @typedef {{origin: string, seq: number, kind?: string}} Numbered */

/** More workers than ever overlap. */
const REMEMBERED = 8;

export class Sequence {
  constructor() {
    /** @type {Map<string, number>} the last number heard of each worker, the latest worker last. */
    this.last = new Map();
  }

  /**
   * Takes a message in.
   * @param {Partial<Numbered>} message
   * @returns {boolean} whether some before it are missing.
   */
  heard({ origin, seq, kind }) {
    if (typeof origin !== "string" || typeof seq !== "number") return false;
    // A beat repeats the number of the last message; everything else has one of its own.
    const gap = this.lacks({ origin, seq: kind === "beat" ? seq : seq - 1 });
    this.note(origin, seq);
    return gap;
  }

  /** Whether messages up to this one are missing. The first worker a page hears of sets the beginning. @param {Numbered} upTo */
  lacks({ origin, seq }) {
    return this.last.size > 0 && seq > (this.last.get(origin) ?? 0);
  }

  /** Takes over the number that a worker gave in its `hello`. @param {Numbered} hello @returns {boolean} whether some are missing. */
  settle(hello) {
    const gap = this.lacks(hello);
    this.note(hello.origin, hello.seq);
    return gap;
  }

  /** @param {string} origin @param {number} seq */
  note(origin, seq) {
    const last = Math.max(seq, this.last.get(origin) ?? 0);
    this.last.delete(origin);
    this.last.set(origin, last);
    for (const oldest of this.last.keys()) {
      if (this.last.size <= REMEMBERED) break;
      this.last.delete(oldest);
    }
  }
}
