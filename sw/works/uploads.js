// @ts-check
// Bodies of writes: read once, and large ones laid down in chunks before the engine has the write, so that neither the worker's memory nor one
// transaction has to take all of it. A kept write names its chunks where its body would lie; they go to the network as a Blob put together of
// them, never as a stream, which not every browser sends.
// Decides nothing: until the engine has stored the row, nobody has been promised anything, and what was laid down goes with the next sweep.

import { chunks } from "./begun.js";
import { CHUNK, ONE_PIECE, ROWS } from "./chunks.js";

/**
 * What stands for a large body among the bodies of rows.
 * @typedef {{token: number, byteLength: number}} Stored
 *
 * @typedef {object} Body
 * @property {ArrayBuffer | Stored | undefined} given What the engine is to keep.
 * @property {BodyInit | undefined} whole The same, for whoever sends it without the engine.
 * @property {ArrayBuffer | undefined} bytes The same, where it is small.
 * @property {boolean} [failed] Whether it could not be laid down: nothing can be kept of the write then.
 * @property {() => void} end To be called once the engine has stored it, or will not: then only a row keeps its chunks.
 */

/** Bodies that are written by hand; all others may be files. */
const TEXT = /json|^text\/|urlencoded/;

const nothing = () => {};

/** The body of a write. Rejects where it cannot be read: its page is gone, its file has changed. @param {Request} request @returns {Promise<Body>} */
export async function bodyOf(request) {
  const type = request.headers.get("content-type");
  // Multipart bytes stay as they are this way, and the boundary is in the type.
  const blob = TEXT.test(type ?? "") ? undefined : await request.blob();
  if (blob && blob.size > ONE_PIECE && navigator.locks) {
    const saved = await save(blob).catch((error) => void console.warn("longshore: a large body could not be stored", error));
    return { ...(saved ?? { given: undefined, end: nothing, failed: true }), whole: blob, bytes: undefined };
  }
  const bytes = await (blob ?? request).arrayBuffer();
  const whole = bytes.byteLength > 0 || type ? bytes : undefined;
  return { given: whole, whole, bytes: whole, end: nothing };
}

/** @param {Blob} blob @returns {Promise<{given: Stored, end: () => void}>} */
async function save(blob) {
  const token = Date.now() + Math.random();
  const { held, end } = chunks.hold(token);
  try {
    await held;
    chunks.keys.add(ROWS);
    // A Blob goes from file to file, past our memory; seen to hold in these. WebKit stores none in a private window.
    let asBlob = /Firefox|Chrom/.test(navigator.userAgent);
    for (let at = 0; at < blob.size; at += CHUNK) {
      const part = blob.slice(at, at + CHUNK);
      /** @param {Blob | ArrayBuffer} bytes */
      const put = (bytes) => chunks.run(["chunks"], "readwrite", (store) => store.put(bytes, [ROWS, token, at / CHUNK]), "strict");
      if (asBlob) asBlob = await put(part).then(() => true, () => false);
      if (!asBlob) await put(await part.arrayBuffer());
    }
    return { given: { token, byteLength: blob.size }, end };
  } catch (error) {
    end();
    throw error;
  }
}

/** A stored body, as fetch takes it. @param {ArrayBuffer | Stored | undefined} given */
export async function bodyFrom(given) {
  if (given === undefined || !("token" in given)) return given;
  const parts = [];
  for (let at = 0; at < given.byteLength; at += CHUNK) {
    const bytes = await chunks.run(["chunks"], "readonly", (store) => store.get([ROWS, given.token, at / CHUNK]));
    if (!bytes) throw Object.assign(new Error("a part of its body is not in the store"), { name: "LongshoreUnsendable" });
    // A Blob of its own each, so that bytes leave our memory.
    parts.push(new Blob([bytes]));
  }
  return new Blob(parts);
}
