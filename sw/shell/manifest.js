// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// The precache list as the rest of the worker wants it: absolute paths, nothing twice.
// Does not check it: whatever is wrong is left as it is, for the engine to name.

/**
 * Takes what Workbox's tools put in place of `self.__WB_MANIFEST` as it is: their paths are relative to the worker script, and some of
 * their plugins list an entry twice. Entries that name one URL and disagree stay, and are an error.
 * @param {readonly (string | Longshore.Precached)[]} list
 * @param {string} base the worker script's URL.
 * @returns {readonly (string | Longshore.Precached)[]}
 */
export function manifest(list, base) {
  /** @param {string} text */
  const own = (text) => {
    // Most lists need nothing, and this is part of every start.
    if (text.startsWith("/")) return text;
    const { origin, pathname, search, href } = new URL(text, base);
    return origin === new URL(base).origin ? pathname + search : href;
  };
  if (!Array.isArray(list)) return list;
  const entries = list.map((entry) => (typeof entry === "string" ? own(entry) : typeof entry?.url === "string" ? { ...entry, url: own(entry.url) } : entry));
  return [...new Map(entries.map((entry) => [JSON.stringify(entry), entry])).values()];
}
