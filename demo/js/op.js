// @ts-check
// Turns a row of the queue into what it means for the board (an Op), and an Op into words.
// Does not change anything: see outbox.js for that and overlay.js for laying it over the data.

import { parts } from "./multipart.js";

/** @typedef {import("./model.js").Op} Op */
/** @typedef {import("./model.js").QueueRow} QueueRow */

/** @type {Record<string, Op["noun"]>} */
const NOUNS = { boards: "board", cards: "card", comments: "comment", attachments: "photo" };

/** @type {Record<string, Op["verb"]>} */
const VERBS = { POST: "create", PUT: "create", PATCH: "patch", DELETE: "delete" };

/**
 * What a write is about, told by its method and path: `/api/boards/B/cards/C/comments` and the like.
 * @param {string} method
 * @param {string} url
 */
export function about(method, url) {
  const path = new URL(url, location.href).pathname;
  const [api, ...names] = path.split("/").slice(1).map(decodeURIComponent);
  const collection = names.length % 2 === 1 ? names.at(-1) : names.at(-2);
  const noun = api === "api" && names[0] === "boards" ? (NOUNS[collection ?? ""] ?? "other") : "other";
  return { path, noun, verb: VERBS[method] ?? "patch", board: names[1] ?? "", card: names[3] ?? "", last: names.length % 2 === 0 ? (names.at(-1) ?? "") : "" };
}

/** @param {QueueRow} row @returns {Op} */
export function fromRow(row) {
  const { last, ...what } = about(row.method, row.url);
  const { fields, file } = readBody(row);
  const target = last || String(fields["id"] ?? row.id);
  if (what.noun === "board") what.board = target;
  if (what.noun === "card") what.card = target;
  return {
    ...what, target, fields, file, id: row.id, lane: row.lane, state: row.state, method: row.method,
    preview: file ? URL.createObjectURL(file) : undefined,
    at: row.createdAt, attempts: row.attempts, notBefore: row.notBefore, status: row.status, reason: row.reason,
  };
}

/** @param {QueueRow} row @returns {{fields: Record<string, any>, file?: File | undefined}} */
function readBody({ body, contentType }) {
  // A file that lies in pieces: what it goes with is not read for the list.
  if (!(body instanceof ArrayBuffer) || body.byteLength === 0) return { fields: {} };
  if (/^multipart\/form-data/i.test(contentType ?? "")) {
    /** @type {Record<string, any>} */
    const fields = {};
    let file;
    for (const part of parts(body, contentType ?? "")) {
      if (part.filename === null) fields[part.name] = new TextDecoder().decode(part.bytes);
      else file = new File([part.bytes], part.filename, { type: part.type });
    }
    return { fields, file };
  }
  try {
    return { fields: Object(JSON.parse(new TextDecoder().decode(body))) };
  } catch {
    return { fields: {} };
  }
}

/** @type {Record<string, string>} */
export const COLUMN_TITLES = { todo: "To do", doing: "Doing", done: "Done" };

/**
 * A write in words: “Move “Buy rope” to Done”.
 * @param {Pick<Op, "noun" | "verb" | "fields">} op
 * @param {string | null} name the title of its card or board, where known
 */
export function describe({ noun, verb, fields }, name) {
  const what = name ? `“${name}”` : noun === "board" ? "a board" : "a card";
  if (noun === "comment") return verb === "delete" ? `Delete a comment on ${what}` : `Comment on ${what}`;
  if (noun === "photo") return verb === "delete" ? `Remove a photo from ${what}` : `Photo for ${what}`;
  if (noun === "other") return "Another write";
  if (verb === "create") return noun === "board" ? `New board ${what}` : `New card ${what}`;
  if (verb === "delete") return `Delete ${what}`;
  if (noun === "card" && fields["column"] && fields["title"] === undefined && fields["text"] === undefined) {
    return `Move ${what} to ${COLUMN_TITLES[fields["column"]] ?? fields["column"]}`;
  }
  const title = fields["title"];
  if (name && typeof title === "string" && title !== name) return `Rename ${what} to “${title}”`;
  return noun === "board" ? `Rename ${what}` : `Edit ${what}`;
}

/** How far an op has come, for its badge. @param {Op} op @returns {import("./model.js").Mark} */
export function markOf(op) {
  if (op.state === "conflict" || op.state === "dead") return "failed";
  return op.state === "local" || op.state === "sending" ? "saving" : "waiting";
}
