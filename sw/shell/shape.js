// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// The shape of the config: names, types and patterns, checked the moment `start()` is called.
// Does not know what the options mean together; the engine checks the whole config during install.

import { compile } from "../pattern.js";

/**
 * A config that cannot work. Its message names path, expected and got.
 */
export class ConfigError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "LongshoreConfigError";
  }
}

/**
 * Checks one value: returns what was expected, or nothing when the value is fine.
 * @typedef {(value: any, path: string) => string | void} Check
 */

/** @type {(expected: string, test: (value: any) => boolean) => Check} */
const expect = (expected, test) => (value) => (test(value) ? undefined : expected);
/** @type {(value: any) => boolean} */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
/** @type {(value: any) => boolean} */
const isText = (value) => typeof value === "string" && value !== "";

const text = expect("a text", isText);
const flag = expect("true or false", (value) => typeof value === "boolean");
const count = expect("a whole number above 0", (value) => Number.isSafeInteger(value) && value > 0);
const texts = expect("a list of texts", (value) => Array.isArray(value) && value.every(isText));
const words = expect("a text or a list of texts", (value) => [value].flat().every((word) => typeof word === "string"));
const duration = expect(`a duration such as "3s"`, (value) => typeof value === "string" && /^\d+(\.\d+)?(ms|s|m|h|d)$/.test(value));
/** @type {(...choices: string[]) => Check} */
const oneOf = (...choices) => expect(`one of ${choices.join(", ")}`, (value) => choices.includes(value));

/** @type {Check} */
function pattern(value, path) {
  if (typeof value === "function") return;
  const listed = Array.isArray(value);
  if (!isText(value) && !(listed && value.length > 0 && value.every(isText))) return "a pattern, a list of patterns or a function";
  [value].flat().forEach((each, index) => {
    try {
      compile(each);
    } catch (error) {
      const where = listed ? `${path}[${index}]` : path;
      throw new ConfigError(`${where}: expected a pattern such as "/api/*", got ${shown(each)}: ${messageOf(error)}`);
    }
  });
}

/** @type {Check} */
function header(value) {
  const fine = isObject(value) && Object.values(value).every((wanted) => wanted === true || typeof wanted === "string");
  return fine ? undefined : "an object of header names with a text or true";
}

/** @type {Check} */
function precached(value, path) {
  if (isText(value)) return;
  if (!isObject(value)) return `a URL or an object with "url"`;
  object({ url: text, revision: text, integrity: text }, ["url"])(value, path);
}

/** @type {(check: Check) => Check} */
const list = (check) => (value, path) => {
  if (!Array.isArray(value)) return "a list";
  value.forEach((each, index) => verify(check, each, `${path}[${index}]`));
};

/** @type {(checks: {[name: string]: Check}, required: string[]) => Check} */
const object = (checks, required) => (value, path) => {
  if (!isObject(value)) return "an object";
  const dot = path === "" ? "" : `${path}.`;
  for (const name of required) {
    if (value[name] === undefined) throw new ConfigError(`${dot}${name}: missing`);
  }
  for (const [name, each] of Object.entries(value)) {
    if (each === undefined) continue;
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (!check) throw new ConfigError(`${dot}${name}: unknown option; there are ${Object.keys(checks).join(", ")}`);
    verify(check, each, `${dot}${name}`);
  }
};

const route = object({
  match: pattern,
  method: words,
  destination: words,
  mode: words,
  header,
  strategy: oneOf("cache-first", "network-first", "stale-while-revalidate", "network-only", "cache-only"),
  timeout: duration,
  staleTime: duration,
  maxAge: duration,
  maxEntries: count,
  tags: texts,
  ignoreSearch: flag,
  expects: words,
  fallback: text,
}, ["strategy"]);

const mutation = object({
  match: pattern,
  methods: words,
  lane: text,
  invalidates: texts,
  timeout: duration,
  onRetryable: oneOf("queue", "answer"),
  idempotencyHeader: expect("a header name or false", (value) => value === false || isText(value)),
  expects: words,
  forms: object({ redirect: text }, ["redirect"]),
  maxRetryAfter: duration,
}, ["match"]);

const config = object({
  routes: list(route),
  mutations: list(mutation),
  precache: list(precached),
  cleanup: texts,
  base: expect(`a path such as "/longshore/"`, (value) => isText(value) && value.endsWith("/")),
  skipWaiting: flag,
  warm: flag,
  maxPending: count,
}, []);

/**
 * Checks what `start()` was given.
 * @param {unknown} value
 * @throws {ConfigError} on the first thing that is wrong.
 */
export function checkShape(value) {
  verify(config, value, "");
}

/** @type {(check: Check, value: unknown, path: string) => void} */
function verify(check, value, path) {
  const expected = check(value, path);
  if (expected) throw new ConfigError(`${path || "config"}: expected ${expected}, got ${shown(value)}`);
}

/** @param {unknown} value */
function shown(value) {
  if (typeof value === "function") return "a function";
  let text;
  try {
    text = JSON.stringify(value);
  } catch {
    // A circle, or a BigInt: its kind must do.
  }
  text ??= typeof value;
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** @param {unknown} error */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));
