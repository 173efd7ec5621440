// The database of the workers by hand that keep answers in IndexedDB: one store, one index for their age.

/**
 * A stored answer.
 * @typedef {{url: string, at: number, headers: [string, string][], body: ArrayBuffer}} Row
 */

/** @type {Promise<IDBDatabase>} */
export const opened = new Promise((resolve, reject) => {
  const opening = indexedDB.open("data", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("answers", { keyPath: "url" }).createIndex("at", "at");
  opening.onsuccess = () => resolve(opening.result);
  opening.onerror = () => reject(opening.error);
});

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
export function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @param {IDBTransaction} transaction @returns {Promise<void>} */
export function done(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

/** @param {string} url @param {Headers} headers @param {ArrayBuffer} body @returns {Row} */
export function row(url, headers, body) {
  return { url, at: Date.now(), headers: [...headers], body };
}
