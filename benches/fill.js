// Puts many entries into a peer's store before anything is measured.
// Workbox and Serwist walk over everything stored after each insert, so their stores are written directly, as they would write them.

/**
 * Stores the entries `from` (inclusive) to `to` (exclusive).
 * @param {{from: number, to: number, database: string | null}} wish
 */
export async function fill({ from, to, database }) {
  const paths = Array.from({ length: to - from }, (_, index) => `/data/1k/${from + index}`);
  const left = paths.values();
  const store = database ? await direct(database, paths) : through;
  const lane = async () => {
    for (const path of left) await store(path);
  };
  await Promise.all(Array.from({ length: 50 }, lane));
}

/** Through the worker, as any page does. @param {string} path */
async function through(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}`);
  await answer.arrayBuffer();
}

/**
 * The timestamps at once, the answers one by one.
 * @param {string} database
 * @param {string[]} paths
 * @returns {Promise<(path: string) => Promise<void>>}
 */
async function direct(database, paths) {
  await timestamps(database, paths);
  const cache = await caches.open("data");
  const like = await cache.match("/data/1k/0");
  if (!like) throw new Error("the first entry is not in the cache");
  const body = await like.arrayBuffer();
  return (path) => cache.put(path, new Response(body, { headers: like.headers }));
}

/** @param {string} database @param {string[]} paths @returns {Promise<void>} */
function timestamps(database, paths) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(database);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction("cache-entries", "readwrite");
      for (const path of paths) {
        const url = new URL(path, location.href).href;
        transaction.objectStore("cache-entries").put({ id: `data|${url}`, cacheName: "data", url, timestamp: Date.now() });
      }
      transaction.onabort = () => reject(transaction.error);
      transaction.oncomplete = () => {
        opening.result.close();
        resolve();
      };
    };
  });
}
