// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// The third script, imported where the config wants anything of it: what others do not use costs them nothing.

import { loadError, messageOf } from "../shell/fault.js";
import { worker } from "../shell/worker.js";
import { begun, chunks, engine, shell, store } from "./begun.js";
import { ask } from "./desk.js";
import { rows } from "./rows.js";

const MORE = "__LONGSHORE_MORE__";

/** What of a mutation route asks for it. */
const KEYS = /** @type {const} */ (["authorize", "batch", "coalesce", "conflict", "creates", "keepAnswers", "optimistic"]);

/** @type {import("../more.js").More | undefined} */
let imported;

/**
 * What is more; undefined where the config wants none of it. The first time must be before the end of install: browsers refuse a new script
 * for ever after.
 */
export function more() {
  if (imported) return imported;
  const { routes = [], mutations = [], identity } = begun().config;
  const wanted = identity || routes.some(({ key }) => key) || mutations.some((route) => KEYS.some((key) => route[key]) || (route.lane && typeof route.lane !== "string"));
  if (!wanted) return undefined;
  const url = shell.base + MORE;
  try {
    if (!self.__longshoreMore) worker.importScripts(url);
  } catch (error) {
    throw loadError(`${url} could not be imported (${messageOf(error)}); it lies beside longshore-sw.js`);
  }
  return (imported = self.__longshoreMore?.({ begun, engine, store, shell, ask, rows, run: chunks.run.bind(chunks) }));
}
