// @ts-check
// URL patterns, as `src/route/pattern.rs` specifies them; `tests/routes.json` holds both to the same answers.
// Does not normalise or decode: what could never match a URL from a browser is refused by `check`.

/**
 * A compiled pattern.
 * @typedef {object} Pattern
 * @property {string} text As written.
 * @property {(url: URL, ownOrigin: string) => boolean} test Whether it takes this URL, seen from this origin.
 */

/** The stars and names of a path. */
const WILD = /(\*|:[A-Za-z_$][A-Za-z0-9_$]*)/;

/**
 * Makes a pattern as written in the config ready for use. One that `check` would refuse takes nothing, or what nobody meant.
 *
 * - `/api/*` is matched against the path of own-origin URLs, `https://cdn.example/*` against whole URLs.
 * - `*` is any run of characters, also none and also with slashes; it stays inside its part (host, path or query).
 * - `:name` is one path segment or the rest of one: at least one character, no slash.
 * - The query is looked at only if the pattern has a `?`. Upper and lower case differ, and so do `/a` and `/a/`.
 * @param {string} text
 * @returns {Pattern}
 */
export function compile(text) {
  const start = text.slice(0, -1);
  // Most are the beginning of a path, and a start has no time for expressions.
  if (text.endsWith("*") && text[0] === "/" && text[1] !== "/" && !["*", ":", "?"].some((sign) => start.includes(sign))) {
    return { text, test: (url, ownOrigin) => url.origin === ownOrigin && url.pathname.startsWith(start) };
  }
  const [, origin, path, query] = /^([^/]*\/\/[^/]*)?([^?]*)\??([^]*)$/.exec(text) ?? [];
  const host = origin && stars(origin);
  const parts = path.split(WILD).map((part, index) => (index % 2 === 0 ? literal(part) : part === "*" ? "[^]*" : "[^/]+"));
  const segments = whole(parts.join(""));
  const search = query && stars(query);
  return {
    text,
    test: (url, ownOrigin) =>
      // A `*` of the host cannot reach into the path, since the origin is matched by itself:
      // `https://*.example/*` must not take `https://evil.test/x.example/`.
      (host ? host.test(url.origin) : url.origin === ownOrigin) &&
      segments.test(url.pathname) &&
      (!search || (url.search !== "" && search.test(url.search.slice(1)))),
  };
}

/**
 * An expression for text in which `*` stands for any run of characters and everything else for itself.
 * @param {string} text
 * @returns {RegExp}
 */
export function stars(text) {
  return whole(text.split("*").map(literal).join("[^]*"));
}

/** @param {string} source */
const whole = (source) => new RegExp(`^${source.replaceAll(/(\[\^\]\*)+/g, "[^]*")}$`);

/** @param {string} text */
const literal = (text) => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
