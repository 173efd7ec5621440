// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// The wasm engine's life: boots once when first needed, ends at a trap, boots afresh, and stays down when that does not help.
// Does not know requests or messages.

/**
 * What the wasm gives once it is up; the other side of it is `src/web/`.
 * @typedef {object} Runtime
 * @property {(request: Request, route: number, clientId: string, preload?: Response) => Handling} fetch
 * @property {(request: Request, mutation: number, ticket: Ticket, more: {client: string, keys: string, lane?: string, body?: object, identity?: string, secret?: string}) => Handling} mutate
 * @property {(message: object) => Promise<any>} command
 * @property {(reason: string) => Promise<boolean>} wake
 *
 * @typedef {{response: Promise<Response>, done: Promise<void>}} Handling
 * The answer, and the end of the work behind it.
 *
 * @typedef {{queued: string | null}} Ticket
 * The id of the stored write, set by the engine once it is committed.
 *
 * @typedef {object} Life
 * What one instance is handed to speak of its end.
 * @property {(message: string) => void} trapped Called by the panic hook, just before the trap.
 * @property {Promise<void>} ended Resolves when the instance is given up; whatever it holds (a Web Lock) must be let go then.
 *
 * @typedef {object} Instance
 * @property {Promise<Runtime>} runtime
 * @property {Set<(error: Error) => void>} waiting How to reject everything that waits for this instance.
 * @property {boolean} up
 * @property {boolean} dead
 * @property {() => void} end Resolves `ended`.
 */

import { within } from "../shell/settled.js";

/** The engine is not there: it trapped, could not boot, took too long or was given up. */
export class EngineError extends Error {
  name = "LongshoreEngineError";
}

const FAULT_WINDOW_MS = 60_000;
const FAULTS_TO_OPEN = 3;
/** How long a request waits for a boot before the network answers it. */
const BOOT_LIMIT_MS = 5_000;
/** How long after the panic hook's word the trap itself may show up as an uncaught error. */
const TRAP_FOLLOWS_MS = 100;

export class Engine {
  /** Open from the third fault within a minute until the worker's next start: everything goes to the network. */
  breakerOpen = false;
  /** @type {Instance | undefined} */
  instance;
  /** @type {number[]} when the last faults were. */
  #faults = [];
  #excusedUntil = 0;

  /**
   * @param {(life: Life) => Promise<Runtime>} boot makes a fresh instance.
   * @param {(error: unknown) => boolean} isFatal whether a failed boot would fail the same way for ever (the config is wrong).
   */
  constructor(boot, isFatal) {
    this.boot = boot;
    this.isFatal = isFatal;
  }

  /**
   * Uses the engine, booting it first where necessary. `use` must call the wasm at once; what it returns is waited for.
   * Rejects with an `EngineError` when the engine fails, and with the engine's own error when it answers with one.
   * @template T
   * @param {(runtime: Runtime) => T | Promise<T>} use
   * @returns {Promise<T>}
   */
  async call(use) {
    const [instance, runtime] = await this.ready();
    return this.#guard(instance, () => use(runtime));
  }

  /**
   * Hands a request over; answer and work are both watched, so that neither hangs when the engine ends.
   * @param {(runtime: Runtime) => Handling} use
   * @param {number} [limit] ms to wait for a boot.
   * @returns {Promise<Handling>}
   */
  async handle(use, limit = BOOT_LIMIT_MS) {
    const ready = this.ready();
    // A timer for each request would be for nothing: an engine that is up answers at once.
    const [instance, runtime] = await (this.instance?.up ? ready : within(ready, limit));
    /** @type {Handling | undefined} */
    let handling;
    // Called here rather than by `guard`, so that a trap in the call itself is seen before anything is handed out.
    await this.#guard(instance, () => void (handling = use(runtime)));
    const { response, done } = /** @type {Handling} */ (/** @type {unknown} */ (handling));
    return { response: this.#guard(instance, () => response), done: this.#guard(instance, () => done) };
  }

  /** Looks at an error that nobody caught: wasm that traps in a task of its own shows up there. @param {unknown} error */
  onStrayError(error) {
    if (!(error instanceof WebAssembly.RuntimeError) || !this.instance) return;
    // The panic hook has told already; this is the trap that follows it, perhaps of an instance given up long ago.
    if (Date.now() < this.#excusedUntil) return;
    this.#fault(this.instance, error);
  }

  /** @returns {Promise<[Instance, Runtime]>} */
  async ready() {
    if (this.breakerOpen) throw new EngineError("the engine failed three times in a minute and rests until the worker's next start");
    const instance = (this.instance ??= this.start());
    return [instance, await instance.runtime];
  }

  /** @returns {Instance} */
  start() {
    /** @type {() => void} */
    let end = () => {};
    /** @type {Promise<void>} */
    const ended = new Promise((resolve) => (end = resolve));
    /** @type {Instance} */
    const instance = { runtime: Promise.reject(), waiting: new Set(), up: false, dead: false, end };
    instance.runtime.catch(() => {});
    /** @param {string} message */
    const trapped = (message) => {
      this.#excusedUntil = Date.now() + TRAP_FOLLOWS_MS;
      this.#fault(instance, new EngineError(message));
    };
    instance.runtime = this.#guard(instance, () => this.boot({ trapped, ended }));
    instance.runtime.then(
      () => (instance.up = true),
      (error) => (this.isFatal(error) ? this.drop(instance, error) : this.#fault(instance, error)),
    );
    return instance;
  }

  /**
   * Waits for a promise of an instance, no longer than the instance lives.
   * @template T
   * @param {Instance} instance
   * @param {() => T | Promise<T>} use
   * @returns {Promise<T>}
   */
  #guard(instance, use) {
    if (instance.dead) return Promise.reject(new EngineError("the engine has ended"));
    return new Promise((resolve, reject) => {
      const settle = () => instance.waiting.delete(reject);
      /** @param {unknown} error */
      const failed = (error) => {
        settle();
        if (error instanceof WebAssembly.RuntimeError) this.#fault(instance, error);
        reject(error instanceof WebAssembly.RuntimeError ? new EngineError(error.message) : error);
      };
      instance.waiting.add(reject);
      try {
        Promise.resolve(use()).then((value) => {
          settle();
          resolve(value);
        }, failed);
      } catch (error) {
        failed(error);
      }
    });
  }

  /** Gives an instance up and counts it. @param {Instance} instance @param {unknown} error */
  #fault(instance, error) {
    if (instance.dead) return;
    const now = Date.now();
    this.#faults = [...this.#faults.filter((at) => now - at < FAULT_WINDOW_MS), now];
    this.breakerOpen = this.#faults.length >= FAULTS_TO_OPEN;
    console.error("longshore: the engine failed;", this.breakerOpen ? "the network answers from now on" : "a fresh one follows", error);
    this.drop(instance, error);
  }

  /** @param {Instance} instance @param {unknown} error */
  drop(instance, error) {
    instance.dead = true;
    if (this.instance === instance) this.instance = undefined;
    const message = error instanceof Error ? error.message : String(error);
    for (const reject of instance.waiting) reject(new EngineError(message));
    instance.waiting.clear();
    instance.end();
  }
}
