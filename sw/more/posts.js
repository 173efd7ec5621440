// @ts-check
// Reads by POST, such as searches and GraphQL queries: where their answers lie.

/** GraphQL, 2.3: a document with an operation that does more than to read. */
const WRITES = /(^|[\s},])(mutation|subscription)\b[^{]*\{/;

/**
 * Where an answer may be stored: one key for each content, none for a GraphQL operation that is no query.
 * @param {import("../shell/routes.js").Table} table
 * @param {Request} request
 * @param {number} index of the route.
 * @returns {Promise<string[]>}
 */
export async function keysOfPost(table, request, index) {
  /** @type {BufferSource} */
  let told = await request.clone().arrayBuffer();
  const text = new TextDecoder().decode(told);
  /** @type {any} one operation, or a list of them. */
  let asked = { query: text };
  try {
    asked = JSON.parse(text);
  } catch {
    // No JSON: GraphQL as it is, or something else.
  }
  if ([asked].flat().some((operation) => WRITES.test(operation?.query))) return [];
  const { operationName, variables } = asked ?? {};
  if (operationName && table.configs[index].key === "operation") told = new TextEncoder().encode(JSON.stringify([operationName, variables]));
  const hash = Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", told)), (byte) => byte.toString(16).padStart(2, "0"));
  // A space is in no URL: no GET lies there.
  return [`POST ${table.keysOf(request.url, index)[0]} ${hash.join("")}`];
}
