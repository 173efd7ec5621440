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

/**
 * Gives a fetch up when its answer does not begin in time; a body may take longer.
 * @param {number | undefined} limit ms
 * @param {(signal: AbortSignal) => Promise<Response>} begin
 */
export async function inTime(limit, begin) {
  const abort = new AbortController();
  const late = Object.assign(new Error("no answer in time"), { name: "TimeoutError" });
  const timer = limit === undefined ? undefined : setTimeout(() => abort.abort(late), limit);
  try {
    return await begin(abort.signal);
  } catch (error) {
    // Not every browser rejects with what it was aborted with.
    throw abort.signal.aborted ? late : error;
  } finally {
    clearTimeout(timer);
  }
}
