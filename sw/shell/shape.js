// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// The shape of the config, checked the moment `start()` is called: what the shell itself relies on, and wrong types.
// Does not know formats, unknown options or what fits together: the engine checks the whole config during install, and says what it
// finds in the same words (`src/engine/config/`).

import { compile } from "../pattern.js";

/** A config that cannot work. Its message has a line for each wrong place: path, expected and got. */
export class ConfigError extends Error {
  name = "LongshoreConfigError";
}

/**
 * Checks one value, adding what is wrong to `wrong`.
 * @typedef {(value: any, path: string, wrong: string[]) => void} Check
 */

/** @type {(expected: string, test: (value: any) => boolean) => Check} */
const expect = (expected, test) => (value, path, wrong) => {
  if (!test(value)) wrong.push(`${path}: expected ${expected}, got ${described(value)}`);
};
/** @type {(value: any) => boolean} */
const isText = (value) => typeof value === "string";
/** @type {(value: any) => boolean} */
const isTexts = (value) => Array.isArray(value) && value.every(isText);
/** @type {(value: any) => boolean} */
const isWords = (value) => isText(value) || isTexts(value);
/** @type {(value: any) => boolean} */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

const flag = expect("true or false", (value) => typeof value === "boolean");
const count = expect("a whole number from 1", (value) => Number.isSafeInteger(value) && value > 0);
const duration = expect('a duration such as "3s"', isText);
const template = expect('a text such as "board:{path[2]}"', isText);
const tags = expect("a list of tags", isTexts);
const contentType = expect('a content type such as "application/json"', isWords);
const page = expect('a path such as "/offline.html"', isText);
const matcher = 'a pattern such as "/api/*", a list of patterns or a function';
const precachedUrl = 'a path such as "/index.html"';

/** @type {(...choices: string[]) => Check} */
const oneOf = (...choices) => {
  const quoted = choices.map((choice) => `"${choice}"`);
  return expect(`${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`, (value) => choices.includes(value));
};

/** @type {Check} */
function match(value, path, wrong) {
  if (typeof value === "function") return;
  if (Array.isArray(value) && value.length > 0) return value.forEach((each, index) => pattern(each, `${path}[${index}]`, wrong));
  if (isText(value)) pattern(value, path, wrong);
  else wrong.push(`${path}: expected ${matcher}, got ${described(value)}`);
}

/** @type {Check} */
function pattern(value, path, wrong) {
  const expected = `${path}: expected a pattern such as "/api/*", got ${described(value)}`;
  if (!isText(value)) return void wrong.push(expected);
  try {
    compile(value);
  } catch (error) {
    wrong.push(`${expected} (${messageOf(error)})`);
  }
}

/** @type {Check} */
function header(value, path, wrong) {
  if (!isObject(value)) return void wrong.push(`${path}: expected an object, got ${described(value)}`);
  const field = expect("a text, or true for any value", (wanted) => wanted === true || isText(wanted));
  for (const [name, wanted] of Object.entries(value)) field(wanted, `${path}.${name}`, wrong);
}

/** @type {Check} */
function precached(value, path, wrong) {
  if (isText(value)) return;
  if (isObject(value)) return expect(precachedUrl, isText)(value.url, `${path}.url`, wrong);
  wrong.push(`${path}: expected ${precachedUrl}, or {url, revision, integrity}, got ${described(value)}`);
}

/** @type {(what: string, check: Check) => Check} */
const list = (what, check) => (value, path, wrong) => {
  if (Array.isArray(value)) value.forEach((each, index) => check(each, `${path}[${index}]`, wrong));
  else wrong.push(`${path}: expected a list of ${what}, got ${described(value)}`);
};

/** Checks the options that are there, and the required ones also when they are not. @type {(checks: {[name: string]: Check}, ...required: string[]) => Check} */
const object = (checks, ...required) => (value, path, wrong) => {
  if (!isObject(value)) return void wrong.push(`${path || "config"}: expected an object, got ${described(value)}`);
  for (const [name, check] of Object.entries(checks)) {
    if (value[name] !== undefined || required.includes(name)) check(value[name], path ? `${path}.${name}` : name, wrong);
  }
};

const route = object({
  match,
  method: expect('"GET" or "HEAD"', isWords),
  destination: expect('a destination such as "image"', isWords),
  mode: expect('"navigate", "same-origin", "cors" or "no-cors"', isWords),
  header,
  strategy: oneOf("cache-first", "network-first", "stale-while-revalidate", "network-only", "cache-only"),
  timeout: duration,
  staleTime: duration,
  maxAge: duration,
  maxEntries: count,
  tags,
  ignoreSearch: flag,
  expects: contentType,
  fallback: page,
}, "strategy");

/** A route for everything is more often a forgotten `match` than a wish. @type {Check} */
function conditioned(value, path, wrong) {
  route(value, path, wrong);
  if (isObject(value) && ["match", "destination", "mode", "header"].every((name) => value[name] === undefined)) {
    wrong.push(`${path}: a route needs at least one of match, destination, mode or header`);
  }
}

const mutation = object({
  match,
  methods: expect('"POST", "PUT", "PATCH" or "DELETE"', isWords),
  lane: template,
  invalidates: tags,
  timeout: duration,
  onRetryable: oneOf("queue", "answer"),
  idempotencyHeader: expect("the name of a header field, or false", (value) => value === false || isText(value)),
  expects: contentType,
  forms: object({ redirect: expect('a path such as "/sent.html"', isText) }, "redirect"),
  maxRetryAfter: duration,
}, "match");

const config = object({
  routes: list("routes", conditioned),
  mutations: list("mutation routes", mutation),
  precache: list("paths", precached),
  cleanup: expect("a list of cache names", isTexts),
  base: expect('a path that starts and ends with "/"', (value) => isText(value) && /^\/([^/].*)?$/.test(value) && value.endsWith("/")),
  skipWaiting: flag,
  warm: flag,
  maxPending: count,
});

/**
 * Checks what `start()` was given.
 * @param {unknown} value
 * @throws {ConfigError} with everything that is wrong.
 */
export function checkShape(value) {
  /** @type {string[]} */
  const wrong = [];
  config(value, "", wrong);
  if (wrong.length > 0) throw new ConfigError(wrong.join("\n"));
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

/** @param {unknown} error */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));
