// @ts-check
// Which URLs the pages that are open observe: those that they hear of by `on("updated", …, { urls })`. When there is no room for all answers,
// theirs go last.
// Does not remember anything beyond the worker's life: a worker that starts asks the pages, and they tell it again when that changes.

import { compile } from "../pattern.js";
import { worker } from "../shell/worker.js";

/** @type {Map<string, import("../pattern.js").Pattern[]>} by page. */
const byPage = new Map();

/** Takes note of what a page observes. @param {string} page @param {string[]} urls patterns, which the page has checked. */
export function note(page, urls) {
  byPage.set(page, urls.map(compile));
}

/** Asks every page, and forgets those that are gone. */
export async function ask() {
  const pages = await worker.clients.matchAll();
  for (const page of byPage.keys()) if (!pages.some(({ id }) => id === page)) byPage.delete(page);
  for (const page of pages) page.postMessage({ longshore: 1, kind: "observe" });
}

/** Whether a page observes what lies there. @param {string} key of an entry. */
export function isObserved(key) {
  // What was read by POST has no URL that could be observed.
  if (byPage.size === 0 || !key.startsWith("http")) return false;
  const url = new URL(key);
  return [...byPage.values()].flat().some((pattern) => pattern.test(url, worker.location.origin));
}
