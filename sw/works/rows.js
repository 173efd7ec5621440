// @ts-check
// The rows of the queue as they lie in the store, and as pages see them.
// Does not move any: the engine's queue does. What stands in a row, `src/web/store/records.rs` says.

import { chunks, engine, store } from "./begun.js";
import { bodyFrom } from "./uploads.js";

/** Why a row waits, in the words of `Longshore-Reason`. @type {Record<string, string>} */
const REASONS = { network: "offline", server: "server-busy" };

/** The rows, oldest first; those of a newer version are not ours to read. @returns {Promise<any[]>} */
export async function rows() {
  return (await store.rows()).filter(({ v }) => v === 1);
}

/** The rows as pages see them (`QueueItem` in `client.d.ts`). @param {{bodies?: boolean}} asked */
export async function list({ bodies }) {
  const [found, paused] = await Promise.all([rows(), store.paused()]);
  const items = found.map((row) => ({ ...described(row), paused: [row.id, `lane:${row.lane}`, "all"].some((name) => paused.includes(name)) }));
  if (!bodies) return items;
  const read = await store.rowBodies(items.map(({ id }) => id));
  return Promise.all(items.map(async (item, place) => (found[place].body ? { ...item, body: (await bodyFrom(read[place]).catch(() => null)) ?? null } : item)));
}

/**
 * Pauses a row, a lane or everything, or lets it go on: stored first, so that it outlives the worker. What is gone needs no pause.
 * @param {{kind: string, name: string}} asked `name` as in `Store.paused`.
 */
export async function pause({ kind, name }) {
  /** @type {string[]} */
  let paused = [];
  await chunks.run(["generations", "rows"], "readwrite", (kept, rows) => {
    const stored = kept.get("paused");
    // Requests of one transaction are answered in the order of their making (Indexed Database API, 5.6).
    rows.getAllKeys().onsuccess = ({ target }) => {
      const ids = /** @type {IDBRequest} */ (target).result;
      const others = (stored.result?.names ?? []).filter((/** @type {string} */ other) => other !== name && (/:|all/.test(other) || ids.includes(other)));
      if (kind === "queue.pause") paused = [...others, name];
      else if (name !== "all") paused = others;
      kept.put({ names: paused }, "paused");
    };
  }, "strict");
  await engine.call((runtime) => runtime.command({ kind: "queue.paused", paused }));
}

/** @param {any} row */
function described({ id, lane, method, url, state, attempts, created_at, key, body }) {
  const { word, status, until, reason, open } = state;
  return {
    id, lane, method, url, attempts, key,
    state: word === "leased" ? "sending" : open ? "merging" : word,
    notBefore: until ?? null,
    createdAt: created_at,
    status: status ?? (reason === "unauthorized" ? 401 : null),
    reason: word === "unknown" ? "timeout" : (REASONS[reason] ?? reason ?? null),
    contentType: body?.content_type ?? null,
    size: body?.size ?? 0,
  };
}
