// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// Which requests are taken, known at once, before any wasm. `src/route/` is the specification.
// Does not answer them.

import { compile, stars } from "../pattern.js";

/**
 * What matching looks at; a `Request` is one.
 * @typedef {object} Asked
 * @property {string} url
 * @property {string} [method] Default: GET.
 * @property {string} [mode] Default: cors.
 * @property {string} [destination] Default: the empty one, a plain `fetch()`.
 * @property {Headers | {[name: string]: string}} [headers]
 */

/**
 * What becomes of a request.
 * @typedef {{kind: "route", index: number} | {kind: "mutation", index: number}} Taken
 */

/**
 * Where a stored answer may lie that needs nobody to judge it.
 * @typedef {object} Place
 * @property {string[]} keys Best first.
 * @property {number} route Who asks.
 * @property {boolean} ages Whether time counts: what is precached is good for as long as its revision is.
 */

/**
 * One compiled route or mutation.
 * @typedef {(request: Asked, url: URL, origin: string) => boolean} Matcher
 */

/**
 * The config's routes and mutations, compiled once.
 */
export class Table {
  /** @type {Map<string, string>} the keys under which precached URLs lie (`src/cache/key.rs`), by URL. */
  precached = new Map();

  /**
   * @param {Longshore.Config} config
   * @param {string} scope against which precached URLs are resolved.
   */
  constructor(config, scope) {
    const routes = config.routes ?? [];
    /** The origin of the worker, which the scope begins with. */
    this.origin = scope.split("/", 3).join("/");
    this.routes = compileRoutes(routes);
    this.mutations = compileMutations(config.mutations ?? []);
    /** The indices of routes whose requests are best left to the browser: nothing is stored and nothing stands in. */
    this.idle = new Set(routes.flatMap((route, index) => (route.strategy === "network-only" && !route.fallback ? [index] : [])));
    /** What is tried in place of a URL that is not precached itself, as by Workbox's precaching. */
    this.directoryIndex = config.directoryIndex ?? "index.html";
    this.cleanURLs = config.cleanURLs ?? true;
    this.ignored = config.precache?.length ? globsOf(config.ignoreParams ?? ["utm_*", "fbclid"]) : [];
    /** The parameters that do not count, by route. */
    this.ignoredBy = routes.map(({ ignoreParams = [] }) => globsOf(ignoreParams));
    for (const entry of config.precache ?? []) {
      const { url, revision = undefined } = typeof entry === "string" ? { url: entry } : entry;
      const { href } = new URL(url, scope);
      this.precached.set(href, `${href.split("#", 1)[0]}#revision=${revision ?? ""}`);
    }
    /** By route. */
    this.configs = routes;
  }

  /**
   * Decides about a request; nothing means that the browser handles it as if there were no worker. A route of index -1 stands for
   * "no route, but precached".
   * @param {Request} request
   * @returns {Taken | undefined}
   */
  take(request) {
    const url = new URL(request.url);
    if (!url.protocol.startsWith("http") || neverTaken(request)) return undefined;
    const part = request.headers.has("range");
    const mutation = part ? -1 : this.mutations.findIndex((matches) => matches(request, url, this.origin));
    if (mutation >= 0) return { kind: "mutation", index: mutation };
    const index = this.routeOf(request, url);
    // A part can be had from a stored whole only (RFC 9110, 14.2: of what a GET gives).
    if (part && (request.method !== "GET" || this.configs[index ?? -1]?.strategy === "network-only")) return undefined;
    return index === undefined ? undefined : { kind: "route", index };
  }

  /**
   * The index of the route that serves a request, -1 when only the precache does.
   * @param {Asked} request
   * @param {URL} [url]
   * @returns {number | undefined}
   */
  routeOf(request, url = new URL(request.url)) {
    const index = this.routes.findIndex((matches) => matches(request, url, this.origin));
    if (index >= 0) return this.idle.has(index) ? undefined : index;
    return (request.method ?? "GET") === "GET" && this.precachedFor(withoutFragment(url.href)) ? -1 : undefined;
  }

  /**
   * The key of the precached answer for a URL.
   * @param {string} url without fragment.
   */
  precachedFor(url) {
    if (this.precached.size === 0) return undefined;
    const plain = without(this.ignored, url);
    const [path, ...search] = plain.split(/(?=\?)/);
    const file = path.endsWith("/") ? this.directoryIndex : this.cleanURLs && ".html";
    const found = [url, plain, file ? path + file + search.join("") : ""].find((candidate) => this.precached.has(candidate));
    return this.precached.get(found ?? "");
  }

  /**
   * Where an answer may be stored, best first; a new one goes under the first key.
   * @param {string} href
   * @param {number} index -1 for "no route, but precached".
   * @returns {string[]}
   */
  keysOf(href, index) {
    const url = withoutFragment(href);
    const keys = [];
    if (index >= 0) keys.push(this.configs[index].ignoreSearch ? url.split("?", 1)[0] : without(this.ignoredBy[index], url));
    const precached = this.precachedFor(url);
    if (precached) keys.push(precached);
    return keys;
  }

  /**
   * Where a stored answer may lie that needs nobody to judge it.
   * @param {string} href
   * @param {number} index -1 for "no route, but precached".
   * @returns {Place}
   */
  placeOf(href, index) {
    const route = this.configs[index];
    const keys = this.keysOf(href, index);
    // A precached answer is marked as cache-first without times of its own would have it.
    const alike = !route || (route.strategy === "cache-first" && !route.staleTime && !route.maxAge && route.respect !== "http");
    if (!alike) keys.length = STORED_FIRST.includes(route.strategy) ? 1 : 0;
    return { keys, ages: index >= 0, route: index };
  }
}

/** @param {string} href */
const withoutFragment = (href) => href.split("#", 1)[0];

/**
 * A URL without the parameters that do not count; what is left stays as it was written.
 * @param {RegExp[]} globs
 * @param {string} url
 */
function without(globs, url) {
  const [path, search] = url.split(/\?([^]*)/);
  if (!search || globs.length === 0) return url;
  const kept = search.split("&").filter((parameter) => !globs.some((glob) => glob.test(parameter.split("=", 1)[0])));
  return kept.length > 0 ? `${path}?${kept.join("&")}` : path;
}

/** @param {string | readonly string[]} words */
const globsOf = (words) => wordsOf(words).map(stars);

/** The strategies that answer from the store without asking the network. */
const STORED_FIRST = ["cache-first", "stale-while-revalidate", "cache-only"];

/**
 * Requests that no worker can answer better than the browser.
 * @param {Request} request
 */
function neverTaken(request) {
  const { headers, cache, mode } = request;
  // A stream never ends, so it can be neither stored nor shared.
  if (headers.get("accept")?.includes("text/event-stream")) return true;
  // Developer tools ask so; answering with `fetch()` would throw (Fetch, 5.3: only-if-cached needs same-origin).
  return cache === "only-if-cached" && mode !== "same-origin";
}

/**
 * @param {readonly Longshore.Route[]} routes
 * @returns {Matcher[]}
 */
export function compileRoutes(routes) {
  return routes.map((route) => {
    const takes = matcherOf(route.match);
    const methods = wordsOf(route.method ?? ["GET", "HEAD"]).map((method) => method.toUpperCase());
    const destinations = route.destination === undefined ? undefined : wordsOf(route.destination);
    const modes = route.mode === undefined ? undefined : wordsOf(route.mode);
    const headers = Object.entries(route.header ?? {});
    return (request, url, origin) =>
      methods.includes(request.method ?? "GET") &&
      (!destinations || destinations.includes(request.destination ?? "")) &&
      (!modes || modes.includes(request.mode ?? "cors")) &&
      headers.every(([name, wanted]) => {
        const found = field(request, name);
        return found !== null && (wanted === true || wanted === found);
      }) &&
      takes(request, url, origin);
  });
}

/**
 * @param {readonly Longshore.Mutation[]} mutations
 * @returns {Matcher[]}
 */
export function compileMutations(mutations) {
  return mutations.map((mutation) => {
    const takes = matcherOf(mutation.match);
    const methods = wordsOf(mutation.methods ?? ["POST", "PUT", "PATCH", "DELETE"]).map((method) => method.toUpperCase());
    return (request, url, origin) =>
      methods.includes(request.method ?? "GET") &&
      // A 202 in place of a page helps nobody: form navigations are queued only when the app says where to go then.
      (request.mode !== "navigate" || mutation.forms !== undefined) &&
      takes(request, url, origin);
  });
}

/**
 * A route's `match`: nothing is every URL of the own origin, and a function may name any origin.
 * @param {Longshore.Match | undefined} match
 * @returns {Matcher}
 */
function matcherOf(match) {
  if (match === undefined) return (_request, url, origin) => url.origin === origin;
  if (typeof match === "function") return (request, url, origin) => asked(match, request, url, origin);
  /** @type {import("../pattern.js").Pattern[] | undefined} most requests are taken by one of the first routes, and a start has no time for the others. */
  let patterns;
  return (_request, url, origin) => (patterns ??= wordsOf(match).map(compile)).some((pattern) => pattern.test(url, origin));
}

/**
 * Asks a function of the app. One that throws, or wants to wait, takes nothing: the page must not suffer for it.
 * @type {(match: Longshore.Matcher, request: Asked, url: URL, origin: string) => boolean}
 */
function asked(match, request, url, origin) {
  try {
    const verdict = match({ url, request: /** @type {Request} */ (request), sameOrigin: url.origin === origin });
    if (typeof verdict !== "object" || verdict === null) return Boolean(verdict);
    console.error("longshore: a match function must answer true or false at once, got", verdict);
  } catch (error) {
    console.error("longshore: a match function threw", error);
  }
  return false;
}

/** @type {(words: string | readonly string[]) => string[]} */
const wordsOf = (words) => (typeof words === "string" ? [words] : [...words]);

/**
 * @param {Asked} request
 * @param {string} name
 * @returns {string | null}
 */
function field({ headers = {} }, name) {
  if (typeof headers.get === "function") return headers.get(name);
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return found ? String(found[1]) : null;
}
