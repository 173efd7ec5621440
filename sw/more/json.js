// @ts-check
// JSON that may be none, and places in it.

/** The value of a text; undefined where it is no JSON. @param {string | undefined} text @returns {any} */
export function parsed(text) {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a JSON pointer (RFC 6901) points at; undefined where there is nothing. @param {any} value @param {string} pointer */
export const pointed = (value, pointer) => pointer.split("/").slice(1).reduce((inner, name) => inner?.[name.replaceAll("~1", "/").replaceAll("~0", "~")], value);
