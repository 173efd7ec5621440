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
 * The rule for a config; undefined where functions decide.
 * @param {Longshore.Config} config checked by `checkShape`.
 * @param {string} origin
 * @param {string[]} files our own URLs that pages may get from us.
 * @returns {{condition: Condition, source: "network"} | undefined}
 */
export function unwanted({ routes = [], mutations = [], precache = [], directoryIndex = "index.html" }, origin, files) {
  const conditions = [];
  for (const { match, mode, destination } of /** @type {Partial<Longshore.Route>[]} */ ([...routes, ...mutations])) {
    if (typeof match === "function") return undefined;
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
  return { condition: { not: { or: conditions } }, source: "network" };
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

/** One URL, with any query: `index.html?x` is looked at by the worker. @param {URL} url */
function literal({ origin, pathname }) {
  return { ...hostOf(origin), pathname: pathname.replaceAll(/[\\*+?:{}()]/g, "\\$&"), search: "*" };
}

/** @type {(words: string | readonly string[]) => readonly string[]} */
const listOf = (words) => (typeof words === "string" ? [words] : words);
