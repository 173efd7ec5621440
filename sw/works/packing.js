// @ts-check
// Bodies that are compressed at rest, where a route asks for it: gzip (RFC 1952), by the browser's own streams.
// Does not pack what lies in chunks, nor what would not become smaller by a tenth.

/** Up to here nothing is gained, bytes: the store has its own overhead for each. */
const SMALL = 512;

/**
 * A packed body as it stands among the bodies; its length is that of what it holds.
 * @typedef {{packed: ArrayBuffer, byteLength: number}} Packed
 */

/**
 * What is stored in place of a body.
 * @template T
 * @param {T | Promise<T>} body
 * @returns {Promise<T | Packed>}
 */
export async function pack(body) {
  const plain = await body;
  if (!(plain instanceof ArrayBuffer) || plain.byteLength < SMALL || !self.CompressionStream) return plain;
  const packed = await new Response(new Blob([plain]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
  return packed.byteLength < plain.byteLength * 0.9 ? { packed, byteLength: plain.byteLength } : plain;
}

/** The bytes of a packed body. @param {Packed} body */
export const unpack = ({ packed }) => new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
