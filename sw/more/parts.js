// @ts-check
// What is more has of the works: the same parts, handed over, since it is a script of its own.
// Decides nothing.

import { fieldsOf } from "../shell/ready.js";

/**
 * @typedef {object} Parts
 * @property {typeof import("../works/begun.js").begun} begun
 * @property {import("../works/engine.js").Engine} engine
 * @property {import("../works/store.js").Store} store
 * @property {import("../shell/worker.js").Shell} shell
 * @property {typeof import("../works/desk.js").ask} ask
 * @property {typeof import("../works/rows.js").rows} rows
 * @property {import("../works/chunks.js").Chunks["run"]} run One transaction, tried again.
 */

/** @type {Parts["begun"]} */
export let begun;
/** @type {Parts["engine"]} */
export let engine;
/** @type {Parts["store"]} */
export let store;
/** @type {Parts["shell"]} */
export let shell;
/** @type {Parts["ask"]} */
export let ask;
/** @type {Parts["rows"]} */
export let rows;
/** @type {Parts["run"]} */
export let run;

/**
 * The mutation route of a row, by the config of now: it may have been made under another one. Its fields are a list, or as they lie in the store.
 * @param {{method: string, url: string, headers: string | [string, string][]}} row
 * @returns {Partial<Longshore.Mutation>}
 */
export function routeOf({ method, url, headers }) {
  const { config, table } = begun();
  const asked = { method, url, headers: new Headers(typeof headers === "string" ? fieldsOf(headers) : headers) };
  return config.mutations?.[table.mutations.findIndex((matches) => matches(asked, new URL(url), table.origin))] ?? {};
}

/** @param {Parts} given */
export const adopt = (given) => void ({ begun, engine, store, shell, ask, rows, run } = given);
