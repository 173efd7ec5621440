// @ts-check
// Opaque answers (Fetch, 2.2.6) that a route keeps: nothing of them can be read, so they lie in Cache Storage as they came. The engine's
// entry, with an empty body, says that they are there, and goes by the same rules and limits as others.
// Does not decide which are kept.

/** @param {string} scope its path. */
const nameOf = (scope) => `longshore-opaque:${scope}`;

/** Cache Storage ignores fragments, and variants of one URL differ in theirs only. @param {string} key */
const urlOf = (key) => key.replaceAll("#", "%23");

/**
 * Keeps an answer, and promises the bytes that stand for it in the database; without one, promises what is kept.
 * @param {string} scope
 * @param {string} key
 * @param {Response} [answer]
 * @returns {Promise<ArrayBuffer | Response | undefined>}
 */
export async function opaque(scope, key, answer) {
  const cache = await caches.open(nameOf(scope));
  if (!answer) return cache.match(urlOf(key), { ignoreVary: true });
  await cache.put(urlOf(key), answer);
  return new ArrayBuffer(0);
}

/** Drops the answers of entries that are gone. @param {string} scope @param {string[]} keys */
export async function removeOpaque(scope, keys) {
  if (keys.length === 0) return;
  const cache = await caches.open(nameOf(scope));
  await Promise.all(keys.map((key) => cache.delete(urlOf(key), { ignoreVary: true })));
}

/** Drops all of them, where no route keeps such answers any more. @param {string} scope */
export const removeAllOpaque = (scope) => caches.delete(nameOf(scope));
