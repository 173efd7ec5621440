// @ts-check
// Refuses texts that are no URL pattern, in the words of `src/route/pattern.rs`; `tests/routes.json` holds both to it.
// Does not match: `pattern.js` does.

const NAME = /^[A-Za-z_$][A-Za-z0-9_$]*/;

/**
 * @param {string} text
 * @returns {string} the text as it was.
 * @throws {Error} with the reason, when it is no pattern.
 */
export function checked(text) {
  const [origin, rest] = splitOrigin(text);
  checkCharacters(rest);
  const mark = rest.indexOf("?");
  const path = mark < 0 ? rest : rest.slice(0, mark);
  const query = mark < 0 ? undefined : rest.slice(mark + 1);
  if (path.split("/").some((segment) => segment === "." || segment === "..")) {
    throw new Error(`browsers resolve "." and ".." segments, so it would never match`);
  }
  if (origin !== undefined) checkHost(origin);
  checkNames(path, query);
  if (query !== undefined) checkQuery(query);
  return text;
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
 */
function checkHost(origin) {
  const [scheme, host] = origin.split("://");
  const wrong = /[^a-z0-9\-._:*[\]]/u.exec(host);
  if (wrong) throw new Error(`a host has no '${wrong[0]}' (and is written in lower case)`);
  if (host.endsWith(scheme === "https" ? ":443" : ":80")) throw new Error("the default port is left out of URLs");
}

/**
 * @param {string} path
 * @param {string | undefined} query what follows the first `?`, to tell a query from the optional `:name?` of URLPattern.
 */
function checkNames(path, query) {
  const names = new Set();
  for (let at = 0; at < path.length; ) {
    const name = path[at] === ":" ? NAME.exec(path.slice(at + 1))?.[0] : undefined;
    at += 1;
    if (!name) continue;
    at += name.length;
    const optional = at === path.length && query !== undefined && (query === "" || query.startsWith("/"));
    if (optional || path[at] === "*" || path[at] === "+") throw new Error(`":${name}" cannot be optional or repeated`);
    if (names.has(name)) throw new Error(`":${name}" is there twice`);
    names.add(name);
  }
}

/** @param {string} query */
function checkQuery(query) {
  if (query === "") throw new Error(`the query after "?" is missing`);
  const name = query.split(":").slice(1).map((after) => NAME.exec(after)?.[0]).find(Boolean);
  if (name) throw new Error(`":${name}" is not supported in the query: use "*"`);
}

/**
 * Whether there may be a URL that both patterns take. Queries are left aside where only one has any.
 * @param {unknown} one
 * @param {unknown} other
 */
export function meet(one, other) {
  if (typeof one !== "string" || typeof other !== "string") return false;
  // A name is written as its colon from here on.
  const [[path, query], [otherPath, otherQuery]] = [one, other].map((text) => text.replaceAll(/:[A-Za-z_$][\w$]*/g, ":").split(/\?([^]*)/));
  return overlap(path, otherPath) && (!query || !otherQuery || overlap(query, otherQuery));
}

/** @type {(one: string, other: string) => boolean} */
function overlap(one, other) {
  if (one[0] !== "*" && (other[0] === "*" || (one[0] !== ":" && other[0] === ":"))) return overlap(other, one);
  if (one[0] === "*" || one[0] === ":") {
    // It ends here, or takes one more; a name takes no slash.
    return overlap(one.slice(1), other) || (other !== "" && one[0] + other[0] !== ":/" && overlap(one, other.slice(1)));
  }
  return one === "" || other === "" ? one === other : one[0] === other[0] && overlap(one.slice(1), other.slice(1));
}
