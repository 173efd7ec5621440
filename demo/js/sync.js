// @ts-check
// Keeps the store in step with what is on the screen: reads it when it is opened and again when something says so.
// Never reads what is not shown; prefetch.js does that.

import { ApiError, etagOf, paths, read, readAll } from "./api.js";

/** @typedef {import("./model.js").View} View */

/** Changes come in bursts; one reading follows this many milliseconds after the first. */
const GATHER = 120;

/** How long, in milliseconds, the queue may take to say what it has. */
const PATIENCE = 3000;

export class Sync {
  /** @type {View} */
  #view = { board: null, card: null };
  #store;
  #outbox;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Promise<void> | null} */
  #reading = null;
  #again = false;
  /** Told after each reading whether the server, or the cache, had an answer. @type {(found: {missing: boolean, unreachable: boolean}) => void} */
  onread = () => {};

  /** @param {import("./store.js").Store} store @param {import("./outbox.js").Outbox} outbox */
  constructor(store, outbox) {
    this.#store = store;
    this.#outbox = outbox;
  }

  /** Something else is on the screen now. @param {View} view */
  show(view) {
    this.#view = view;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#read();
  }

  /** What is shown may be old: read it again soon. */
  refresh() {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#read();
    }, GATHER);
  }

  /** Only the queue changed. */
  refreshRows() {
    if (!this.#timer && !this.#reading) this.#outbox.refresh().catch(console.error);
    else this.refresh();
  }

  /** True when a change of this board is to be seen here. @param {string} board */
  shows(board) {
    return this.#view.board === null || this.#view.board === board;
  }

  /** True when this path is what is shown and the answer is not the one we have. @param {string} url @param {string | null} [etag] */
  concerns(url, etag) {
    const { pathname, search } = new URL(url, location.href);
    const shown = this.#view.board ? paths.board(this.#view.board) : paths.boards;
    return (pathname === shown || pathname.startsWith(`${shown}/`)) && (!etag || etagOf(pathname + search) !== etag);
  }

  /** One reading at a time; a wish in the meantime means one more. */
  async #read() {
    if (this.#reading) {
      this.#again = true;
      return this.#reading;
    }
    this.#reading = (async () => {
      do {
        this.#again = false;
        const view = this.#view;
        const { epoch } = this.#store;
        const result = await this.#readView(view);
        const stale = epoch !== this.#store.epoch || view !== this.#view;
        if (stale) this.#again = true;
        else {
          this.#store.put(result.reading);
          for (const gone of result.gone) this.#store.drop(gone);
          this.onread({ missing: result.gone.length > 0, unreachable: result.unreachable });
        }
      } while (this.#again);
    })().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  /**
   * The rows are read before the data: a write that settles in between is then in both, which is harmless; the other order
   * would show it in neither for a moment.
   * @param {View} view
   */
  async #readView({ board, card }) {
    const result = { reading: /** @type {Parameters<import("./store.js").Store["put"]>[0]} */ ({}), gone: /** @type {{board?: string, card?: string}[]} */ ([]), unreachable: false };
    // A worker that is slow to answer must not keep the data from the screen.
    const rows = await Promise.race([this.#outbox.rows(), new Promise((_, late) => setTimeout(late, PATIENCE))]).catch(() => undefined);
    if (rows) result.reading.rows = rows;
    /** @param {Promise<void>} reading @param {{board?: string, card?: string}} [what] */
    const attempt = (reading, what) => reading.catch((error) => {
      if (!(error instanceof ApiError)) throw error;
      if (what && (error.status === 404 || error.status === 410)) result.gone.push(what);
      else if (error.status === 0 || error.status >= 500) result.unreachable = true;
    });
    const { reading } = result;
    if (!board) {
      await attempt(read(paths.boards).then(({ items }) => void (reading.boards = items)));
      return result;
    }
    await Promise.all([
      attempt(read(paths.board(board)).then((data) => void (reading.board = data)), { board }),
      attempt(readAll(paths.cards(board)).then((items) => void (reading.cards = [board, items]))),
      card && attempt(readAll(paths.comments(board, card)).then((items) => void (reading.comments = [card, items]))),
      // Read so that the worker has it, to join what is written here with what others write. It may not have arrived at the server yet.
      card && read(paths.card(board, card)).catch(() => {}),
    ]);
    return result;
  }
}
