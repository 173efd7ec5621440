// @ts-check
// What browsers answer by events, or perhaps never, as promises.

/**
 * The result of a request to IndexedDB.
 * @param {IDBRequest} request
 * @returns {Promise<any>}
 */
export function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * The same promise, which rejects when it takes too long.
 * @template T
 * @param {Promise<T>} promise
 * @param {number} ms
 * @returns {Promise<T>}
 */
export function within(promise, ms) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`it took more than ${ms} ms`)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * What one of the app's functions gives; rejects where it throws, rejects or takes too long.
 * @template T
 * @param {() => T | Promise<T>} call
 * @param {number} ms
 * @returns {Promise<T>}
 */
export const answerOf = (call, ms) => within((async () => call())(), ms);
