// @ts-check
// Remembers what has arrived at the server lately, for the drawer; the queue itself forgets a row once it has settled.

import { about } from "./op.js";

/** @typedef {{id: string, text: string, at: number}} Arrival */

const NAME = "quay.arrived";
const MOST = 30;

/** @type {Arrival[]} newest first */
let arrivals = load();

/** @returns {readonly Arrival[]} */
export const recent = () => arrivals;

/** @param {Arrival} arrival */
export function arrived(arrival) {
  // Every tab hears of it, and they share the list.
  arrivals = [arrival, ...load().filter(({ id }) => id !== arrival.id)].slice(0, MOST);
  try {
    localStorage.setItem(NAME, JSON.stringify(arrivals));
  } catch {
    // Without storage the list lasts as long as the page.
  }
}

/** The noun and verb of a write of which only method and address are known. @param {string} method @param {string} url */
export function unknownWrite(method, url) {
  return { ...about(method, url), fields: /** @type {Record<string, any>} */ ({}) };
}

/** @returns {Arrival[]} */
function load() {
  try {
    return JSON.parse(localStorage.getItem(NAME) ?? "[]");
  } catch {
    return arrivals ?? [];
  }
}
