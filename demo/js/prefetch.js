// @ts-check
// Reads ahead what is one step away: the cards of an opened board, and from the list of boards their cards, so that one never
// visited opens offline as well.
// The answers are not kept here: passing through the worker is what keeps them.

import { paths, read, readAll } from "./api.js";

/** @typedef {import("./model.js").Card} Card */

/** Few at a time: the person's own requests come first. */
const AT_ONCE = 3;
const CARDS = 150;
const PHOTOS = 40;
const BOARDS = 12;

/** @type {Map<string, string>} what was read ahead, by card, as the version it had */
const done = new Map();

/** The list of boards, or from the list the boards on it. @param {readonly import("./model.js").Board[] | null} boards null: not the list is shown */
export async function prefetchBoards(boards) {
  /** @param {string} name @param {string} version @param {() => Promise<unknown>} reading */
  const once = async (name, version, reading) => {
    if (done.get(name) === version) return;
    done.set(name, version);
    await reading().catch(() => done.delete(name));
  };
  if (!boards) return once("boards", "", () => read(paths.boards));
  for (const { id, version, cards, updatedAt } of boards.slice(0, BOARDS)) {
    if (version > 0) await once(id, `${version}/${cards}/${updatedAt}`, () => Promise.all([read(paths.board(id)), readAll(paths.cards(id))]));
  }
}

/** @param {string} board @param {readonly Card[]} cards in order */
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
    work.push(() => read(paths.card(board, card.id)).catch(forget));
    for (const photo of card.attachments) {
      if (photo.preview || !photo.type.startsWith("image/") || (photos += 1) > PHOTOS) continue;
      work.push(() => fetch(paths.attachment(board, card.id, photo.id)).then((answer) => answer.blob()).catch(forget));
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let next = work.shift(); next; next = work.shift()) await next();
  }));
}
