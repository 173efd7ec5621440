// @ts-check
// The worker's global object, with the type that it has in a service worker.
// Does nothing.

/**
 * @typedef {object} SyncEvent
 * Background Synchronization's event, which TypeScript's library does not have.
 * @property {string} tag
 * @property {(promise: Promise<unknown>) => void} waitUntil
 *
 * @typedef {ServiceWorkerGlobalScope & {importScripts(...urls: string[]): void, longshore: Longshore.Api}} Scope
 */

export const worker = /** @type {Scope} */ (/** @type {unknown} */ (self));

/**
 * The wrapped glue of wasm-pack: each call makes a fresh, uninitialised module.
 * @typedef {((init: {module_or_path: Response}) => Promise<unknown>) & {
 *   check(config: object): void,
 *   boot(config: object, env: object): Promise<import("./engine.js").Runtime>,
 * }} Glue
 */
