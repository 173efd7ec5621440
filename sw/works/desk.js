// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// The desk: a second, small wasm for texts that are read and weighed, so that the engine need not carry what is rarely needed.
// It has no state: whatever it is asked, it is told all of.

import { filesOf } from "./begun.js";

/**
 * The desk's glue; the other side of it is `src/desk.rs`.
 * @typedef {((init: {module_or_path: Response}) => Promise<unknown>) & {ask(what: string, request: string): string}} Desk
 */

/** @type {Promise<Desk> | undefined} */
let opened;

/**
 * Asks the desk, which is opened first where necessary. One that cannot be opened, or traps, is opened afresh the next time.
 * @param {"check" | "reconcile" | "affecting" | "lay" | "coalesce"} what
 * @param {unknown} request JSON, in which a function stands for `{hook: true}`.
 * @returns {Promise<string>}
 */
export async function ask(what, request) {
  const text = asText(request);
  const files = filesOf();
  const open = (opened ??= files.startWasm(files.desk, /** @type {Desk} */ (self.__longshoreDesk?.())));
  try {
    return (await open).ask(what, text);
  } catch (error) {
    opened = undefined;
    throw error;
  }
}

/** A request as it crosses. @param {unknown} request */
const asText = (request) => JSON.stringify(request, (_key, value) => (typeof value === "function" ? { hook: true } : value));
