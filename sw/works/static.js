// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// The route table as one static routing rule (`InstallEvent.addRoutes`, Service Workers), where the browser has them: what no route can want
// goes to the network without asking this worker, or even starting it.
// Does not decide anything: the rule names more than `Table` takes, never less, and where it cannot be sure there is none.

/**
 * @typedef {object} Condition
 * @property {URLPattern} [urlPattern]
 * @property {string} [requestMode]
 * @property {string} [requestDestination]
 * @property {Condition[]} [or]
 * @property {Condition} [not]
 */

/**
 * The rule for a config; none where functions decide.
 * @param {Longshore.Config} config checked by `checkShape`.
 * @param {string} origin
 * @param {string[]} files our own URLs that pages may get from us.
 * @returns {{condition: Condition, source: "network"}[]}
 */
export function unwanted({ routes = [], mutations = [], precache = [], directoryIndex = "index.html" }, origin, files) {
  const conditions = [];
  for (const { match, mode, destination } of /** @type {Partial<Longshore.Route>[]} */ ([...routes, ...mutations])) {
    if (typeof match === "function") return [];
    for (const pattern of match === undefined ? ["/*"] : listOf(match)) {
      for (const requestMode of listOf(mode ?? "")) {
        for (const requestDestination of listOf(destination ?? "")) {
          conditions.push({
            urlPattern: urlPattern(pattern, origin),
            ...(mode && { requestMode }),
            ...(destination && { requestDestination }),
          });
        }
      }
    }
  }
  for (const entry of precache) {
    const { href, pathname } = new URL(typeof entry === "string" ? entry : entry.url, origin);
    files.push(href);
    // The other names of a page (`Table.precachedFor`).
    for (const end of [`/${directoryIndex}`, ".html"]) {
      if (pathname.endsWith(end)) files.push(origin + pathname.slice(0, end === ".html" ? -5 : 1 - end.length));
    }
  }
  for (const file of files) conditions.push({ urlPattern: new URLPattern(literal(new URL(file))) });
  return [{ condition: { not: { or: conditions } }, source: "network" }];
}

/**
 * The rule for the mirror (`mirror.js`).
 * @param {string[]} urls what it has.
 * @param {string} cacheName
 */
export function mirrored(urls, cacheName) {
  const conditions = urls.map((url) => ({ urlPattern: new URLPattern(literal(new URL(url), new URL(url).search)), requestMethod: "GET" }));
  return conditions.length > 0 ? [{ condition: { or: conditions }, source: { cacheName } }] : [];
}

/**
 * Rules by which a navigation whose worker is stopped asks the network at once, beside the worker: where a network-first route takes it, the
 * network's good answer is the answer anyhow. The worker's own fetch gets the same one, so the server is asked once.
 * @param {Longshore.Config} config checked by `checkShape`.
 * @param {string} origin
 */
export function raced({ routes = [] }, origin) {
  const rules = [];
  let last = 0;
  for (const { match = "/*", method = "GET", mode = "navigate", destination, header, strategy } of /** @type {Partial<Longshore.Route>[]} */ (routes)) {
    // What a function takes, and so what it leaves to those after it, is not known here.
    if (typeof match === "function") break;
    if (!/\bget\b/i.test(String(method)) || !listOf(mode).includes("navigate")) continue;
    const race = strategy === "network-first" && !destination && !header;
    const also = { requestMode: "navigate", requestMethod: "GET", ...(race && { runningStatus: "not-running" }) };
    const or = listOf(match).map((pattern) => ({ urlPattern: urlPattern(pattern, origin), ...also }));
    rules.push({ condition: { or }, source: race ? "race-network-and-fetch-handler" : "fetch-event" });
    if (race) last = rules.length;
  }
  return rules.slice(0, last);
}

/**
 * A pattern of the config, whose syntax is a part of URLPattern's (`sw/pattern.js`).
 * @param {string} text
 * @param {string} origin
 */
export function urlPattern(text, origin) {
  const [, own, pathname, search = "*"] = /^([^/]*\/\/[^/]*)?([^?]*)\??(.+)?$/.exec(text) ?? [];
  // What means something in a URLPattern and not in ours, also a colon that begins no name.
  return new URLPattern({
    ...hostOf(own ?? origin),
    pathname: pathname.replaceAll(/[+(){}\\]|:(?![A-Za-z_$])/g, "\\$&"),
    search: search.replaceAll(/[+?:(){}\\]/g, "\\$&"),
  });
}

/** @param {string} origin with stars, perhaps. */
function hostOf(origin) {
  const [, protocol, hostname, port = ""] = /^(\w+):\/\/(.*?)(?::(\d+|\*))?$/.exec(origin) ?? [];
  // A star of ours takes the port too.
  return { protocol, hostname: hostname.replaceAll(":", "\\:"), port: port || (hostname.endsWith("*") ? "*" : "") };
}

/** One URL, with any query unless one is given: `index.html?x` is looked at by the worker. @param {URL} url @param {string} [query] with its `?`. */
function literal({ origin, pathname }, query) {
  const plain = (/** @type {string} */ text) => text.replaceAll(/[\\*+?:{}()]/g, "\\$&");
  return { ...hostOf(origin), pathname: plain(pathname), search: query === undefined ? "*" : plain(query.slice(1)) };
}

/** @type {(words: string | readonly string[]) => readonly string[]} */
const listOf = (words) => (typeof words === "string" ? [words] : words);
