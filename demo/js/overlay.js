// @ts-check
// Lays writes that are still on their way over what the server last said.
// Pure: data and ops in, data out. Laying an op that the server has already applied changes nothing.

import { markOf } from "./op.js";

/** @typedef {import("./model.js").Op} Op */
/** @typedef {import("./model.js").Board} Board */
/** @typedef {import("./model.js").Card} Card */
/** @typedef {import("./model.js").Comment} Comment */
/** @typedef {import("./model.js").Attachment} Attachment */
/** @typedef {import("./model.js").Mark} Mark */

const WEIGHT = { saving: 1, waiting: 2, failed: 3 };

/** The mark that matters more: a failure hides a wait. @param {Mark | undefined} a @param {Op} op @returns {Mark} */
function worse(a, op) {
  const b = markOf(op);
  return a && WEIGHT[a] >= WEIGHT[b] ? a : b;
}

/** A refused delete must not hide what it did not delete. @param {Op} op */
const hides = (op) => op.verb === "delete" && markOf(op) !== "failed";

/**
 * @param {readonly Board[]} boards
 * @param {readonly Op[]} ops
 * @returns {Board[]}
 */
export function layBoards(boards, ops) {
  const laid = new Map(boards.map((board) => [board.id, { ...board }]));
  for (const op of ops) {
    const board = laid.get(op.board);
    if (op.noun === "board" && op.verb === "create" && !board) {
      laid.set(op.board, { id: op.board, title: String(op.fields["title"] ?? ""), version: 0, updatedAt: iso(op), cards: 0, mark: markOf(op) });
    } else if (op.noun === "board" && hides(op)) {
      laid.delete(op.board);
    } else if (board) {
      if (op.noun === "board" && op.verb === "patch") Object.assign(board, pick(op.fields, ["title"]));
      board.mark = worse(board.mark, op);
    }
  }
  return [...laid.values()];
}

/**
 * @param {readonly Card[]} cards of one board
 * @param {readonly Op[]} ops
 * @param {string} board
 * @returns {Card[]} in the order of their positions
 */
export function layCards(cards, ops, board) {
  /** @type {Map<string, Card>} */
  const laid = new Map(cards.map((card) => [card.id, { ...card, attachments: [...card.attachments] }]));
  for (const op of ops) {
    if (op.board !== board || op.noun === "board" || op.noun === "other") continue;
    const card = laid.get(op.card);
    if (op.noun === "card" && op.verb === "create" && !card) laid.set(op.card, newCard(op));
    else if (op.noun === "card" && hides(op)) laid.delete(op.card);
    else if (card) layOne(card, op);
  }
  return [...laid.values()].sort((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1));
}

/** @param {Card} card @param {Op} op */
function layOne(card, op) {
  if (op.noun === "card" && op.verb === "patch") Object.assign(card, pick(op.fields, ["title", "text", "column", "position"]));
  if (op.noun === "comment" && op.verb === "create" && op.state !== "dead") card.comments += 1;
  if (op.noun === "photo" && op.verb === "create" && !card.attachments.some((photo) => photo.id === op.target)) card.attachments.push(newPhoto(op));
  if (op.noun === "photo" && hides(op)) card.attachments = card.attachments.filter((photo) => photo.id !== op.target);
  card.mark = worse(card.mark, op);
}

/**
 * @param {readonly Comment[]} comments of one card
 * @param {readonly Op[]} ops
 * @param {string} card
 * @returns {Comment[]}
 */
export function layComments(comments, ops, card) {
  const laid = new Map(comments.map((comment) => [comment.id, comment]));
  for (const op of ops) {
    if (op.card !== card || op.noun !== "comment") continue;
    if (hides(op)) laid.delete(op.target);
    else if (op.verb === "create" && !laid.has(op.target)) {
      laid.set(op.target, { id: op.target, author: String(op.fields["author"] ?? ""), text: String(op.fields["text"] ?? ""), createdAt: iso(op), mark: markOf(op) });
    }
  }
  return [...laid.values()];
}

/** @param {Op} op @returns {Card} */
function newCard(op) {
  const { title = "", text = "", column = "todo", position = Number.MAX_SAFE_INTEGER } = op.fields;
  return { id: op.target, board: op.board, title, text, column, position, version: 0, updatedAt: iso(op), comments: 0, attachments: [], mark: markOf(op) };
}

/** @param {Op} op @returns {Attachment} */
function newPhoto(op) {
  return { id: op.target, name: op.fields["name"] ?? /** @type {File | undefined} */ (op.file)?.name ?? "Photo", type: op.file?.type ?? "", size: op.file?.size ?? 0, preview: op.preview, mark: markOf(op) };
}

/** @param {Op} op */
const iso = (op) => new Date(op.at).toISOString();

/** @param {Record<string, any>} fields @param {string[]} names */
const pick = (fields, names) => Object.fromEntries(names.filter((name) => name in fields).map((name) => [name, fields[name]]));
