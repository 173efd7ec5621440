// @ts-check
// Finds the position of a card between its neighbours. Positions are fractions, so a move writes one card only.

/** @typedef {import("./model.js").Card} Card */

/**
 * @param {readonly Card[]} column the cards of the column in order, without the one that moves
 * @param {number} index where it shall lie among them
 */
export function between(column, index) {
  const before = column[index - 1];
  const after = column[index];
  if (before && after) return (before.position + after.position) / 2;
  if (before) return before.position + 1;
  return after ? after.position - 1 : 1;
}

/** @param {readonly Card[]} cards @param {string} column @param {string} [except] */
export function columnOf(cards, column, except) {
  return cards.filter((card) => card.column === column && card.id !== except);
}

/**
 * Moves a card, unless it lies there already.
 * @param {import("./outbox.js").Outbox} outbox
 * @param {readonly Card[]} cards of the board, in order
 * @param {Card} card
 * @param {{column: string, index: number}} to index among the column's other cards
 */
export async function move(outbox, cards, card, { column, index }) {
  if (card.column === column && columnOf(cards, column).indexOf(card) === index) return false;
  await outbox.moveCard(card, { column, position: between(columnOf(cards, column, card.id), index) });
  return true;
}
