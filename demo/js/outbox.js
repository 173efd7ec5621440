// @ts-check
// Makes the page's writes, shows them at once, and reads Longshore's queue back as Ops.
// Does not send again by itself: that is the queue's work.

import { ApiError, paths, write } from "./api.js";
import { fromRow } from "./op.js";

/** @typedef {import("./model.js").Op} Op */
/** @typedef {import("./model.js").Card} Card */

/** The lane of sw.js in which new boards wait, and with them all that is done on them before they have arrived. */
const NEW_BOARDS = "new-boards";

/** What became of a write: in the server's hands, or kept on this device. @typedef {"sent" | "kept"} Outcome */

export class Outbox {
  /** @type {Map<string, Op>} what the rows say, read once, since a row's body never changes */
  #known = new Map();
  #store;
  #longshore;
  /** @type {import("./model.js").Longshore | null} */
  #found = null;

  /**
   * @param {import("./store.js").Store} store
   * @param {Promise<import("./model.js").Longshore>} longshore
   */
  constructor(store, longshore) {
    this.#store = store;
    this.#longshore = longshore;
    void longshore.then((found) => {
      this.#found = found;
    });
  }

  /** The rows of the queue now, oldest first. @returns {Promise<Op[]>} */
  async rows() {
    // On a first visit the worker is still being installed, and has no rows.
    const found = this.#found ?? (navigator.serviceWorker?.controller ? await Promise.race([this.#longshore, patience()]) : null);
    if (!found?.registration?.active) return [];
    const { queue } = found;
    let rows = await queue.list();
    if (rows.some((row) => !this.#known.has(row.id))) rows = await queue.list({ bodies: true });
    const here = new Set(rows.map((row) => row.id));
    for (const [id, op] of this.#known) {
      if (here.has(id)) continue;
      // The photo's own address takes a moment to arrive; until then the preview is still on the screen.
      if (op.preview) setTimeout(URL.revokeObjectURL, 30_000, op.preview);
      this.#known.delete(id);
    }
    return rows.map((row) => {
      const { state, attempts, notBefore, status, reason } = row;
      const op = { ...(this.#known.get(row.id) ?? fromRow(row)), state, attempts, notBefore, status, reason };
      this.#known.set(row.id, op);
      return op;
    });
  }

  /** Reads the rows into the store. */
  async refresh() {
    this.#store.put({ rows: await this.rows() });
  }

  /** @param {string} title @returns {{id: string, done: Promise<Outcome>}} */
  createBoard(title) {
    const id = crypto.randomUUID();
    const op = local({ noun: "board", verb: "create", board: id, card: "", target: id, fields: { id, title } });
    return { id, done: this.#send(op, "POST", paths.boards, op.fields) };
  }

  /** @param {string} board @param {string} title */
  renameBoard(board, title) {
    const op = local({ noun: "board", verb: "patch", board, card: "", target: board, fields: { title } });
    return this.#send(op, "PATCH", paths.board(board), op.fields);
  }

  /** @param {string} board */
  deleteBoard(board) {
    const op = local({ noun: "board", verb: "delete", board, card: "", target: board, fields: {} });
    return this.#send(op, "DELETE", paths.board(board), null);
  }

  /** @param {string} board @param {{title: string, column: string, position: number}} fields */
  createCard(board, fields) {
    const id = crypto.randomUUID();
    const op = local({ noun: "card", verb: "create", board, card: id, target: id, fields: { id, text: "", ...fields } });
    return { id, done: this.#send(op, "POST", paths.cards(board), op.fields) };
  }

  /**
   * Changes a card's words. The worker guards them by what this page has read, and joins them with what others write meanwhile (sw.js).
   * Without one, the version the person was looking at does; the server compares the version in a tag and nothing after it.
   * @param {Card} card
   * @param {{title?: string, text?: string}} fields
   * @param {number | null} version
   */
  editCard(card, fields, version) {
    const guarded = navigator.serviceWorker?.controller || !version;
    const op = local({ noun: "card", verb: "patch", board: card.board, card: card.id, target: card.id, fields });
    return this.#send(op, "PATCH", paths.card(card.board, card.id), fields, { ifMatch: guarded ? null : `"${version}"`, words: true });
  }

  /** The last writer wins: where a card lies is not worth a conflict. @param {Card} card @param {{column: string, position: number}} to */
  moveCard(card, to) {
    const op = local({ noun: "card", verb: "patch", board: card.board, card: card.id, target: card.id, fields: to });
    return this.#send(op, "PATCH", paths.card(card.board, card.id), to);
  }

  /** @param {Card} card */
  deleteCard(card) {
    const op = local({ noun: "card", verb: "delete", board: card.board, card: card.id, target: card.id, fields: {} });
    return this.#send(op, "DELETE", paths.card(card.board, card.id), null);
  }

  /** @param {Card} card @param {string} author @param {string} text */
  comment(card, author, text) {
    const id = crypto.randomUUID();
    const op = local({ noun: "comment", verb: "create", board: card.board, card: card.id, target: id, fields: { id, author, text } });
    return this.#send(op, "POST", paths.comments(card.board, card.id), op.fields);
  }

  /** @param {Card} card @param {File} file */
  attach(card, file) {
    const id = crypto.randomUUID();
    const form = new FormData();
    form.append("id", id);
    form.append("file", file, file.name);
    const preview = URL.createObjectURL(file);
    const op = local({ noun: "photo", verb: "create", board: card.board, card: card.id, target: id, fields: { id, name: file.name }, file, preview });
    const done = this.#send(op, "POST", paths.attachments(card.board, card.id), form);
    done.catch(() => {}).finally(() => setTimeout(URL.revokeObjectURL, 30_000, preview));
    return done;
  }

  /** @param {Op} op */
  async retry(op) {
    const { queue } = await this.#longshore;
    await queue.retry(op.id);
    await this.refresh();
  }

  /** The sides of a write in conflict. @param {Op} op */
  async conflict(op) {
    return (await this.#longshore).queue.conflict(op.id);
  }

  /** Does what a person has decided. @param {Op} op @param {import("/longshore/client.js").Decision} decision */
  async resolve(op, decision) {
    await (await this.#longshore).queue.resolve(op.id, decision);
    await this.refresh();
  }

  /** What makes no sense without this write: everything done since on the card or board that it creates. @param {Op} op */
  dependents(op) {
    if (op.verb !== "create" || (op.noun !== "card" && op.noun !== "board")) return [];
    const { rows } = this.#store;
    const later = rows.slice(rows.findIndex(({ id }) => id === op.id) + 1);
    return later.filter((row) => row.board === op.board && (op.noun === "board" || row.card === op.card));
  }

  /** Takes a write back, and its dependents before it. @param {Op} op */
  async discard(op) {
    const { queue } = await this.#longshore;
    for (const { id } of this.dependents(op).reverse()) await queue.discard(id);
    await queue.discard(op.id);
    await this.refresh();
  }

  async flush() {
    const { queue } = await this.#longshore;
    await queue.flush();
    await this.refresh();
  }

  /** @param {Op} op @param {string} method @param {string} path @param {any} body @param {{ifMatch?: string | null, words?: boolean}} [guard] @returns {Promise<Outcome>} */
  async #send(op, method, path, body, guard = {}) {
    const newBoard = this.#store.ops.some((other) => other.board === op.board && other.lane === NEW_BOARDS);
    Object.assign(op, { method, path, lane: newBoard || path === paths.boards ? NEW_BOARDS : op.board });
    this.#store.begin(op);
    try {
      const { queued, data } = await write(method, path, body, { ...guard, newBoard });
      // Kept is kept, also where the list of it cannot be read just now.
      if (queued) await this.refresh().catch(console.error);
      else this.#store.merge(op, data);
      return queued ? "kept" : "sent";
    } finally {
      this.#store.end(op);
    }
  }
}

/** A worker that does not come up must not hold the page. @returns {Promise<null>} */
const patience = () => new Promise((done) => setTimeout(done, 2000, null));

/** An Op of our own. @param {Pick<Op, "noun" | "verb" | "board" | "card" | "target" | "fields" | "file" | "preview">} what @returns {Op} */
function local(what) {
  return { ...what, id: `local-${crypto.randomUUID()}`, state: "local", lane: "", method: "", path: "", at: Date.now(), attempts: 0, notBefore: null, status: null, reason: null };
}

/** A refusal in words a person can use. @param {unknown} error */
export function excuse(error) {
  if (!(error instanceof ApiError)) return "Something went wrong on this page.";
  if (error.status === 0) return "No connection, and nothing here to keep it until there is one.";
  if (error.status === 507) return "This device has no room left to keep the change.";
  return error.message;
}
