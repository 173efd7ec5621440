// @ts-check
// The address is in the hash (`#/boards/B/cards/C`), so that one stored page serves every reload.

/** @typedef {import("./model.js").View} View */

/** @param {string} hash @returns {View} */
export function parse(hash) {
  const [, boards, board, cards, card] = hash.replace(/^#/, "").split("/").map(decoded);
  if (boards !== "boards" || !board) return { board: null, card: null };
  return { board, card: cards === "cards" && card ? card : null };
}

/** A mangled address leads home instead of nowhere. @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

/** @param {string} [board] @param {string} [card] */
export function link(board, card) {
  if (!board) return "#/";
  return `#/boards/${encodeURIComponent(board)}${card ? `/cards/${encodeURIComponent(card)}` : ""}`;
}

/** @param {(view: View) => void} open called now and at each change */
export function start(open) {
  const go = () => open(parse(location.hash));
  addEventListener("hashchange", go);
  go();
}
