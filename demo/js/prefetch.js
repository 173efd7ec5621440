// @ts-check
// Reads the cards of an opened board ahead, so that one never visited opens offline as well.
// The answers are not kept here: passing through the worker is what keeps them.

import { paths, readAll } from "./api.js";

/** @typedef {import("./model.js").Card} Card */

/** Few at a time: the person's own requests come first. */
const AT_ONCE = 3;
const CARDS = 150;
const PHOTOS = 40;

/** @type {Map<string, string>} what was read ahead, by card, as the version it had */
const done = new Map();

/** @param {string} board @param {readonly Card[]} cards as the server has them */
export async function prefetch(board, cards) {
  if (/** @type {any} */ (navigator).connection?.saveData) return;
  /** @type {(() => Promise<unknown>)[]} */
  const work = [];
  let photos = 0;
  for (const card of cards.slice(0, CARDS)) {
    const version = `${card.version}/${card.comments}/${card.attachments.length}`;
    if (card.version === 0 || done.get(card.id) === version) continue;
    done.set(card.id, version);
    const forget = () => done.delete(card.id);
    work.push(() => readAll(paths.comments(board, card.id)).catch(forget));
    for (const photo of card.attachments) {
      if (photo.preview || !photo.type.startsWith("image/") || (photos += 1) > PHOTOS) continue;
      work.push(() => fetch(paths.attachment(board, card.id, photo.id)).then((answer) => answer.blob()).catch(forget));
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let next = work.shift(); next; next = work.shift()) await next();
  }));
}
