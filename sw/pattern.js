// @ts-check
// URL patterns, as `src/route/pattern.rs` specifies them; `tests/routes.json` holds both to the same answers.
// Does not normalise or decode: what could never match a URL from a browser is refused when it is read.

/**
 * A compiled pattern.
 * @typedef {object} Pattern
 * @property {string} text As written.
 * @property {(url: URL, ownOrigin: string) => boolean} test Whether it takes this URL, seen from this origin.
 */

const NAME = /^[A-Za-z_$][A-Za-z0-9_$]*/;

/**
 * Reads a pattern as written in the config.
 *
 * - `/api/*` is matched against the path of own-origin URLs, `https://cdn.example/*` against whole URLs.
 * - `*` is any run of characters, also none and also with slashes; it stays inside its part (host, path or query).
 * - `:name` is one path segment or the rest of one: at least one character, no slash.
 * - The query is looked at only if the pattern has a `?`. Upper and lower case differ, and so do `/a` and `/a/`.
 * @param {string} text
 * @returns {Pattern}
 * @throws {Error} with the reason, when the text is no such pattern.
 */
export function compile(text) {
  const [origin, rest] = splitOrigin(text);
  checkCharacters(rest);
  const mark = rest.indexOf("?");
  const path = mark < 0 ? rest : rest.slice(0, mark);
  const query = mark < 0 ? undefined : rest.slice(mark + 1);
  if (path.split("/").some((segment) => segment === "." || segment === "..")) {
    throw new Error(`browsers resolve "." and ".." segments, so it would never match`);
  }
  const host = origin === undefined ? undefined : stars(checkHost(origin));
  const segments = pathExpression(path, query);
  const search = query === undefined ? undefined : queryExpression(query);
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
 * Cuts a whole URL before its path; a path has no origin.
 * @param {string} text
 * @returns {[string | undefined, string]}
 */
function splitOrigin(text) {
  if (text.startsWith("//")) throw new Error(`a whole URL needs its scheme, such as "https://"`);
  if (text.startsWith("/")) return [undefined, text];
  const [, scheme, host] = /^(https?:\/\/)([^/?#]*)/.exec(text) ?? [];
  if (scheme === undefined) throw new Error(`it must start with "/" or "https://"`);
  if (!host) throw new Error("the host is missing");
  const at = scheme.length + host.length;
  if (text[at] !== "/") throw new Error(`a whole URL needs a path, such as "/*"`);
  return [text.slice(0, at), text.slice(at)];
}

/**
 * Refuses what has another meaning in URLPattern, or never stands in a URL.
 * @param {string} text
 */
function checkCharacters(text) {
  for (const c of text) {
    if (c === "#") throw new Error("a fragment never reaches a worker");
    if ("{}()\\".includes(c)) throw new Error(`'${c}' is not supported: patterns have "*" and ":name"`);
    if (!/[!-~]/.test(c) || '"<>`'.includes(c)) throw new Error(`'${c}' must be percent-encoded, as it is in URLs`);
  }
}

/**
 * Refuses hosts that browsers write in another way.
 * @param {string} origin
 * @returns {string} the origin as it was.
 */
function checkHost(origin) {
  const [scheme, host] = origin.split("://");
  const wrong = /[^a-z0-9\-._:*[\]]/u.exec(host);
  if (wrong) throw new Error(`a host has no '${wrong[0]}' (and is written in lower case)`);
  if (host.endsWith(scheme === "https" ? ":443" : ":80")) throw new Error("the default port is left out of URLs");
  return origin;
}

/**
 * @param {string} path
 * @param {string | undefined} query what follows the first `?`, to tell a query from the optional `:name?` of URLPattern.
 * @returns {RegExp}
 */
function pathExpression(path, query) {
  let source = "";
  const names = new Set();
  for (let at = 0; at < path.length; ) {
    const name = path[at] === ":" ? NAME.exec(path.slice(at + 1))?.[0] : undefined;
    if (!name) {
      source += path[at] === "*" ? "[^]*" : literal(path[at]);
      at += 1;
      continue;
    }
    at += 1 + name.length;
    const optional = at === path.length && query !== undefined && (query === "" || query.startsWith("/"));
    if (optional || path[at] === "*" || path[at] === "+") throw new Error(`":${name}" cannot be optional or repeated`);
    if (names.has(name)) throw new Error(`":${name}" is there twice`);
    names.add(name);
    source += "[^/]+";
  }
  return whole(source);
}

/**
 * @param {string} query
 * @returns {RegExp}
 */
function queryExpression(query) {
  if (query === "") throw new Error(`the query after "?" is missing`);
  const name = query.split(":").slice(1).map((after) => NAME.exec(after)?.[0]).find(Boolean);
  if (name) throw new Error(`":${name}" is not supported in the query: use "*"`);
  return stars(query);
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
