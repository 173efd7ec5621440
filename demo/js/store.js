// @ts-check
// What this tab knows: the server's last answers, and the writes on their way, laid together on demand.
// Does not fetch: sync.js puts answers in, outbox.js puts writes in, the views read.

import { layBoards, layCards, layComments } from "./overlay.js";

/** @typedef {import("./model.js").Op} Op */
/** @typedef {import("./model.js").Board} Board */
/** @typedef {import("./model.js").Card} Card */
/** @typedef {import("./model.js").Comment} Comment */

/** @type {NonNullable<Board["columns"]>} */
const COLUMNS = [{ id: "todo", title: "To do" }, { id: "doing", title: "Doing" }, { id: "done", title: "Done" }];

export class Store {
  /** @type {Board[] | null} null until the server, or the cache, has answered once */
  #boards = null;
  /** @type {Map<string, Board>} */
  #board = new Map();
  /** @type {Map<string, Card[]>} by board */
  #cards = new Map();
  /** @type {Map<string, Comment[]>} by card */
  #comments = new Map();
  /** @type {Op[]} rows of the queue, oldest first */
  #rows = [];
  /** @type {Op[]} writes whose first answer is awaited */
  #local = [];
  /** @type {Set<() => void>} */
  #readers = new Set();
  #told = false;
  /** Raised when a write's answer was merged in; an older read may not know that write and is thrown away. */
  epoch = 0;

  /** Calls back, at most once a frame, after something changed. @param {() => void} reader */
  subscribe(reader) {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }

  get ops() {
    return [...this.#rows, ...this.#local];
  }

  /** The queue's rows alone. */
  get rows() {
    return this.#rows;
  }

  /** All boards, or null while nothing is known. @returns {Board[] | null} */
  boards() {
    const made = this.ops.some((op) => op.noun === "board");
    return this.#boards || made ? layBoards(this.#boards ?? [], this.ops) : null;
  }

  /** One board with its columns, or null. @param {string} id @returns {Board | null} */
  board(id) {
    const known = this.#board.get(id) ?? this.#boards?.find((board) => board.id === id);
    const laid = layBoards(known ? [known] : [], this.ops.filter((op) => op.board === id)).find((board) => board.id === id);
    return laid ? { ...laid, columns: laid.columns ?? COLUMNS } : null;
  }

  /** The cards of a board in order, or null while nothing is known. @param {string} board @returns {Card[] | null} */
  cards(board) {
    const known = this.#cards.get(board);
    const made = this.ops.some((op) => op.noun === "board" && op.verb === "create" && op.board === board);
    return known || made ? layCards(known ?? [], this.ops, board) : null;
  }

  /** @param {string} board @param {string} id @returns {Card | null} */
  card(board, id) {
    return this.cards(board)?.find((card) => card.id === id) ?? null;
  }

  /** @param {string} card @returns {Comment[] | null} */
  comments(card) {
    const known = this.#comments.get(card);
    const laid = layComments(known ?? [], this.ops, card);
    return known || laid.length > 0 ? laid : null;
  }

  /** A title for the words of the drawer, from whatever is known. @param {Pick<Op, "board" | "card" | "noun" | "fields">} op */
  nameOf(op) {
    if (op.noun === "board") return this.board(op.board)?.title ?? op.fields["title"] ?? null;
    const known = this.#cards.get(op.board)?.find((card) => card.id === op.card)?.title;
    const made = this.ops.find((other) => other.noun === "card" && other.verb === "create" && other.card === op.card);
    return known ?? made?.fields["title"] ?? op.fields["title"] ?? null;
  }

  /**
   * Puts one reading in, all at once.
   * @param {{boards?: Board[], board?: Board, cards?: [string, Card[]], comments?: [string, Comment[]], rows?: Op[]}} reading
   */
  put({ boards, board, cards, comments, rows }) {
    if (boards) this.#boards = boards;
    if (board) this.#board.set(board.id, board);
    if (cards) this.#cards.set(...cards);
    if (comments) this.#comments.set(...comments);
    if (rows) this.#rows = rows;
    this.#tell();
  }

  /** The server no longer has it. @param {{board?: string, card?: string}} what */
  drop({ board, card }) {
    if (card && board) this.#cards.set(board, (this.#cards.get(board) ?? []).filter((other) => other.id !== card));
    else if (board) {
      this.#board.delete(board);
      this.#cards.delete(board);
      this.#boards = this.#boards?.filter((other) => other.id !== board) ?? null;
    }
    this.#tell();
  }

  /** @param {Op} op */
  begin(op) {
    this.#local.push(op);
    this.#tell();
  }

  /** @param {Op} op */
  end(op) {
    this.#local = this.#local.filter((other) => other !== op);
    this.#tell();
  }

  /** The server took the write and answered this. @param {Op} op @param {any} data */
  merge(op, data) {
    this.epoch += 1;
    if (op.verb === "delete") {
      if (op.noun === "card" || op.noun === "board") this.drop(op);
    } else if (op.noun === "board") {
      const board = data ?? { id: op.board, version: 0, updatedAt: new Date(op.at).toISOString(), ...op.fields };
      this.#boards = upsert(this.#boards ?? [], { cards: 0, ...board });
    } else if (op.noun === "card" && data?.id) {
      this.#cards.set(op.board, upsert(this.#cards.get(op.board) ?? [], data));
    } else if (op.noun === "comment" && data?.id) {
      this.#comments.set(op.card, upsert(this.#comments.get(op.card) ?? [], data));
      this.#change(op, (card) => ({ ...card, comments: card.comments + 1 }));
    } else if (op.noun === "photo" && data?.id) {
      this.#change(op, (card) => ({ ...card, attachments: upsert(card.attachments, data) }));
    }
    this.#tell();
  }

  /** @param {Op} op @param {(card: Card) => Card} change */
  #change(op, change) {
    const cards = this.#cards.get(op.board);
    if (cards) this.#cards.set(op.board, cards.map((card) => (card.id === op.card ? change(card) : card)));
  }

  #tell() {
    if (this.#told) return;
    this.#told = true;
    // A hidden tab gets no frames, and must follow all the same.
    queueMicrotask(() => {
      this.#told = false;
      for (const reader of this.#readers) reader();
    });
  }
}

/** @template {{id: string}} T @param {readonly T[]} items @param {T} item @returns {T[]} */
function upsert(items, item) {
  return items.some((other) => other.id === item.id) ? items.map((other) => (other.id === item.id ? { ...other, ...item } : other)) : [...items, item];
}
