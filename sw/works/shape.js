// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// The shape of the config, checked the moment `start()` is called: what the shell itself relies on.
// Everything else the engine checks during install, in the same words (`src/engine/config/`): said twice, it would be loaded twice.

import { configError, messageOf } from "../shell/fault.js";
import { checked, meet } from "../pattern-check.js";

/** What a route can do. */
const STRATEGIES = ["cache-first", "network-first", "stale-while-revalidate", "network-only", "cache-only"];

/** @type {(value: any) => boolean} */
const isText = (value) => typeof value === "string";
/** @type {(value: any) => boolean} */
const isWords = (value) => isText(value) || (Array.isArray(value) && value.every(isText));
/** @type {(value: any) => boolean} */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Checks what `start()` was given.
 * @param {any} config
 * @throws {Error} a `configError` with everything that is wrong.
 */
export function checkShape(config) {
  /** @type {string[]} */
  const wrong = [];
  /** @param {boolean} right @param {string} path @param {string} expected @param {unknown} value */
  const expect = (right, path, expected, value) => {
    if (!right) wrong.push(`${path}: expected ${expected}, got ${described(value)}`);
    return right;
  };
  /** @param {string} name @param {string} what @param {(value: any, path: string) => void} check */
  const each = (name, what, check) => {
    const list = config[name] ?? [];
    if (expect(Array.isArray(list), name, `a list of ${what}`, list)) list.forEach((/** @type {any} */ value, /** @type {number} */ at) => check(value, `${name}[${at}]`));
  };
  /** @param {any} value @param {string} path */
  const pattern = (value, path) => {
    const expected = 'a pattern such as "/api/*"';
    try {
      if (expect(isText(value), path, expected, value)) checked(value);
    } catch (error) {
      wrong.push(`${path}: expected ${expected}, got ${described(value)} (${messageOf(error)})`);
    }
  };
  /** @param {any} value @param {string} path */
  const match = (value, path) => {
    if (typeof value === "function") return;
    if (isText(value)) pattern(value, path);
    else if (Array.isArray(value) && value.length > 0) value.forEach((one, at) => pattern(one, `${path}[${at}]`));
    else expect(false, path, 'a pattern such as "/api/*", a list of patterns or a function', value);
  };
  /** @param {any} value @param {string} path @param {string[]} names */
  const words = (value, path, ...names) => {
    for (const name of names) {
      if (value[name] !== undefined) expect(isWords(value[name]), `${path}.${name}`, "a text or a list of texts", value[name]);
    }
  };
  if (!expect(isObject(config), "config", "an object", config)) throw configError(wrong.join());
  each("routes", "routes", (route, path) => {
    if (!expect(isObject(route), path, "an object", route)) return;
    const strategies = STRATEGIES.map((name) => `"${name}"`);
    expect(STRATEGIES.includes(route.strategy), `${path}.strategy`, `${strategies.slice(0, -1).join(", ")} or ${strategies.at(-1)}`, route.strategy);
    if (route.match !== undefined) match(route.match, `${path}.match`);
    words(route, path, "method", "destination", "mode", "ignoreParams");
    if (route.header !== undefined) expect(isObject(route.header), `${path}.header`, "an object", route.header);
    // A route for everything is more often a forgotten `match` than a wish.
    if (["match", "destination", "mode", "header"].every((name) => route[name] === undefined)) {
      wrong.push(`${path}: a route needs at least one of match, destination, mode or header`);
    }
  });
  each("mutations", "mutation routes", (mutation, path) => {
    if (!expect(isObject(mutation), path, "an object", mutation)) return;
    match(mutation.match, `${path}.match`);
    words(mutation, path, "methods");
  });
  each("precache", "paths", (entry, path) => {
    if (isObject(entry)) expect(isText(entry.url), `${path}.url`, 'a path such as "/index.html"', entry.url);
    else expect(isText(entry), path, 'a path such as "/index.html", or {url, revision, integrity}', entry);
  });
  for (const [at, route] of (wrong.length > 0 ? [] : config.routes ?? []).entries()) {
    const other = clash(route, config.mutations ?? []);
    if (other >= 0) wrong.push(`routes[${at}]: mutations[${other}] queues POSTs to URLs that this reads by POST`);
  }
  const { base, cleanup = [], ignoreParams = [] } = config;
  expect(base === undefined || /^\/(([^/].*)?\/)?$/.test(base), "base", 'a path that starts and ends with "/"', base);
  expect(isWords(cleanup), "cleanup", "a list of cache names", cleanup);
  expect(isWords(ignoreParams), "ignoreParams", "a text or a list of texts", ignoreParams);
  if (wrong.length > 0) throw configError(wrong.join("\n"));
}

/** Which of the mutations may want a POST that a route reads by, or -1; of functions nothing is known. @param {any} route @param {any[]} mutations */
function clash({ method = [], match }, mutations) {
  /** @type {(words: any) => string[]} */
  const listed = (words) => [words].flat();
  const patterns = listed(match ?? "/*");
  if (!listed(method).includes("POST")) return -1;
  return mutations.findIndex((other) => listed(other.methods ?? "POST").includes("POST") && listed(other.match).some((one) => patterns.some((two) => meet(one, two))));
}

/** A value in the words of an error. @param {unknown} value */
function described(value) {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null) return "an object";
  const text = typeof value === "string" && value.length > 60 ? `${value.slice(0, 60)}…` : value;
  return typeof text === "string" ? JSON.stringify(text) : String(text);
}
