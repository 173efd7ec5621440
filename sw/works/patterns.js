// @ts-check
// What the config says of URLs: the patterns of `match`, which the shell compiles, so that the engine cannot know whether they can be.
// Everything else the engine checks (`src/engine/config/`), in the same words.

import { messageOf } from "../shell/fault.js";
import { checked, meet } from "../pattern-check.js";

/**
 * What is wrong with them, a line for each place. Whatever has another shape than it should is passed over: the engine names it.
 * @param {any} config
 * @returns {string[]}
 */
export function wrongPatterns(config) {
  /** @type {string[]} */
  const wrong = [];
  for (const name of ["routes", "mutations"]) {
    for (const [index, entry] of listed(config?.[name]).entries()) {
      const path = `${name}[${index}].match`;
      const { match } = entry ?? {};
      for (const [at, pattern] of [match].flat().entries()) {
        if (typeof pattern !== "string") continue;
        try {
          checked(pattern);
        } catch (error) {
          wrong.push(`${path}${match === pattern ? "" : `[${at}]`}: expected a pattern such as "/api/*", got ${JSON.stringify(pattern)} (${messageOf(error)})`);
        }
      }
    }
  }
  if (wrong.length > 0) return wrong;
  const mutations = listed(config?.mutations);
  for (const [at, route] of listed(config?.routes).entries()) {
    const other = mutations.findIndex((mutation) => clash(route ?? {}, mutation ?? {}));
    if (other >= 0) wrong.push(`routes[${at}]: mutations[${other}] queues POSTs to URLs that this reads by POST`);
  }
  return wrong;
}

/** Whether a mutation may want a POST that a route reads by; of functions nothing is known. @param {any} route @param {any} mutation */
function clash({ method = [], match = "/*" }, { methods = "POST", match: others }) {
  if (![method].flat().includes("POST") || ![methods].flat().includes("POST")) return false;
  return [others].flat().some((one) => [match].flat().some((two) => meet(one, two)));
}

/** @param {any} value @returns {any[]} */
const listed = (value) => (Array.isArray(value) ? value : []);
