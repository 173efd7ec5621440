// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// The worker's global object, with the type that it has in a service worker, and what shell and works know each other by.
// Does nothing.

/**
 * @typedef {object} SyncEvent
 * Background Synchronization's event, which TypeScript's library does not have.
 * @property {string} tag
 * @property {(promise: Promise<unknown>) => void} waitUntil
 *
 * @typedef {ServiceWorkerGlobalScope & {importScripts(...urls: string[]): void, longshore: Longshore.Api}} Scope
 *
 * @typedef {import("./routes.js").Taken} Taken
 *
 * @typedef {object} Started
 * What `start()` makes of a config.
 * @property {Longshore.Config} config
 * @property {import("./routes.js").Table} table
 * @property {import("./versions.js").Versions} versions
 * @property {string} client The page client's URL.
 *
 * @typedef {object} Shell
 * What the works see of the shell.
 * @property {import("./ready.js").Ready} ready
 * @property {any} [config] What `start()` was called with, the precache list as the rest of us wants it.
 * @property {Started} [started]
 * @property {string} base Where dist/ is served, a URL.
 * @property {unknown} [refusal] Why this worker must not be installed, or does nothing any more.
 * @property {string} version
 * @property {(event: ExtendableEvent, answer: Promise<unknown>) => void} wakeOnce
 *
 * @typedef {object} Works
 * What the shell asks of the works.
 * @property {(event: ExtendableEvent) => Promise<void>} install
 * @property {() => Promise<void>} activate
 * @property {() => Promise<void>} start Does the work of a worker's start.
 * @property {(event: ExtendableMessageEvent) => void} message
 * @property {(tag: string) => Promise<void>} sync The browser tries again later when it rejects.
 * @property {(event: FetchEvent, taken: Taken | "client") => Promise<Response>} answer
 * @property {(event: FetchEvent, taken?: Taken) => Promise<Response | undefined>} older The file of the version that this tab was loaded with.
 * @property {(event: FetchEvent) => void} outlive Keeps the worker for what pages are being given.
 * @property {(uses: object[]) => Promise<unknown>} used Tells the engine which ready answers were used.
 * @property {(key: string, body: import("../works/chunks.js").Chunked) => ReadableStream} read Reads a large body.
 * @property {boolean} broken Whether everything is left to the network until the worker's next start.
 * @property {boolean} up Whether the engine has booted, or is about to.
 */

export const worker = /** @type {Scope} */ (/** @type {unknown} */ (self));

/**
 * The wrapped glue of wasm-pack: each call makes a fresh, uninitialised module.
 * @typedef {((init: {module_or_path: Response}) => Promise<unknown>) & {
 *   boot(config: object, env: object): Promise<import("../works/engine.js").Runtime>,
 * }} Glue
 */
