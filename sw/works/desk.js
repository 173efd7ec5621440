// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// The desk: a second, small wasm for texts that are read and weighed, so that the engine need not carry what is rarely needed.
// It has no state: whatever it is asked, it is told all of.

import { filesOf } from "./begun.js";

/**
 * What the desk does; the other side of it is `src/web/desk.rs`.
 * @typedef {((init: {module_or_path: Response}) => Promise<unknown>) & {
 *   check(config: string): string,
 *   reconcile(request: string): string,
 * }} Desk
 */

/** @type {Promise<Desk> | undefined} */
let opened;

/**
 * Uses the desk, opening it first where necessary. One that cannot be opened, or traps, is opened afresh the next time.
 * @template T
 * @param {(desk: Desk) => T} use
 * @returns {Promise<T>}
 */
export async function atDesk(use) {
  const files = filesOf();
  const open = (opened ??= files.startWasm(files.desk, /** @type {Desk} */ (self.__longshoreDesk?.())));
  try {
    return use(await open);
  } catch (error) {
    opened = undefined;
    throw error;
  }
}
