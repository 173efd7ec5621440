// @ts-check
// The kill switch: a small file on the server that says whether Longshore is to leave the site.
// Does not remove anything: `longshore-off.js` does, which install has imported beforehand.

/** How often a worker asks at most, ms; each start is a chance to. */
const EVERY_MS = 600_000;
/** How long the answer may take, ms. */
const LIMIT_MS = 5_000;

/** Under which name the time of the last question is kept, among our own files. */
export const ASKED = "asked";

/**
 * Whether the file says so, in so many words: a 200 with the JSON `{"off": true}`, not redirected. Anything else, such as a 404, another
 * site's login page or no network, says nothing.
 * @param {string} url
 */
export async function isOff(url) {
  try {
    const response = await fetch(url, { cache: "no-store", redirect: "error", signal: AbortSignal.timeout(LIMIT_MS) });
    return response.status === 200 && (await response.json()).off === true;
  } catch {
    return false;
  }
}

/** Whether it is time to ask again; notes that it is done. @param {import("./shelf.js").Shelf} shelf */
export async function isDue(shelf) {
  const now = Date.now();
  const asked = /** @type {number | undefined} */ (await shelf.run("readonly", (store) => store.get(ASKED)));
  // A clock that was set back must not put it off.
  if (asked && Math.abs(now - asked) < EVERY_MS) return false;
  await shelf.run("readwrite", (store) => store.put(now, ASKED));
  return true;
}
