// @ts-check
// Reads a multipart/form-data body back into its fields, so that a photo still in the queue can be shown.
// Knows only what browsers write themselves: no nesting, no transfer encodings.

/**
 * @typedef {object} Part
 * @property {string} name
 * @property {string | null} filename
 * @property {string} type
 * @property {Uint8Array<ArrayBuffer>} bytes
 */

/**
 * @param {ArrayBuffer} body
 * @param {string} contentType with its boundary
 * @returns {Part[]} empty when the body is not multipart
 */
export function parts(body, contentType) {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (!boundary) return [];
  const bytes = new Uint8Array(body);
  const line = new TextEncoder().encode(`--${boundary}`);
  const found = [];
  let at = find(bytes, line, 0);
  while (at >= 0) {
    const start = at + line.length + 2;
    const end = find(bytes, line, start);
    if (end < 0) break;
    const part = read(bytes, start, end - 2);
    if (part) found.push(part);
    at = end;
  }
  return found;
}

const GAP = new TextEncoder().encode("\r\n\r\n");

/** @param {Uint8Array<ArrayBuffer>} bytes @param {number} start @param {number} end @returns {Part | null} */
function read(bytes, start, end) {
  const gap = find(bytes, GAP, start);
  if (gap < 0 || gap > end) return null;
  const head = new TextDecoder().decode(bytes.subarray(start, gap));
  const name = /name="([^"]*)"/i.exec(head)?.[1];
  if (name === undefined) return null;
  return {
    name,
    filename: /filename="([^"]*)"/i.exec(head)?.[1] ?? null,
    type: /content-type:\s*([^\r\n]+)/i.exec(head)?.[1] ?? "text/plain",
    bytes: bytes.slice(gap + GAP.length, end),
  };
}

/** @param {Uint8Array} bytes @param {Uint8Array} wanted @param {number} from */
function find(bytes, wanted, from) {
  const first = /** @type {number} */ (wanted[0]);
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let n = 1;
    while (n < wanted.length && bytes[at + n] === wanted[n]) n += 1;
    if (n === wanted.length) return at;
  }
  return -1;
}
