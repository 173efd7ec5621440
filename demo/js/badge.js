// @ts-check
// The small sign on everything that is not on the server yet.

import { h, icon } from "./dom.js";

/** @typedef {import("./model.js").Mark} Mark */

/** @type {Record<Mark, [string, string]>} */
const LOOK = { saving: ["clock", "Saving"], waiting: ["clock", "Waiting"], failed: ["alert", "Not saved"] };

/** @param {Mark | undefined} mark @returns {HTMLElement | null} */
export function badge(mark) {
  if (!mark) return null;
  const [sign, text] = LOOK[mark];
  return h("span", { class: `badge ${mark}`, "data-testid": "badge", "data-mark": mark }, icon(sign), text);
}
