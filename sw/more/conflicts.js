// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// Writes that met a conflict: what the server has is fetched, and the desk holds the three sides against each other.
// Does not decide when, nor what becomes of the row: the engine's queue does.

import { fieldsOf } from "../shell/ready.js";
import { answerOf } from "../shell/settled.js";
import { parsed } from "./json.js";
import { renamed } from "./names.js";
import { ask, begun, engine, routeOf, rows, store } from "./parts.js";

/**
 * A row that met a conflict, as the engine hands it over.
 * @typedef {object} Row
 * @property {string} id
 * @property {string} method
 * @property {string} url
 * @property {[string, string][]} headers
 * @property {RequestCredentials} credentials
 *
 * @typedef {{base?: string, mine: string, theirs?: string}} Sides Bodies as texts.
 *
 * @typedef {object} Found
 * What becomes of it (`src/web/conflict.rs`).
 * @property {"send" | "nothing" | "ask"} verdict
 * @property {ArrayBuffer} [body] What to send.
 * @property {ArrayBuffer} [base] What the server has; none where it has nothing.
 * @property {string} [etag] Of that.
 * @property {string} [report] JSON.
 */

/** How long the server may take to say what it has, ms. */
const PATIENCE_MS = 10_000;

/** Where the answer may lie that a write is based on; none where its route leaves conflicts alone. @param {string} url @param {number} index */
export function keysOfBase(url, index) {
  const { config, table } = begun();
  const route = config.mutations?.[index]?.conflict && table.routeOf({ url });
  return route === undefined ? [] : table.keysOf(url, route);
}

/**
 * Holds a row against what the server has now. Rejects where that cannot be had: later, then.
 * @param {Row} row
 * @returns {Promise<Found>}
 */
export async function reconcile(row) {
  const { url, kept } = await madeReal(row, await sidesOf(row.id));
  const now = await current({ ...row, url });
  const found = { base: now.body, etag: now.etag };
  const sides = { ...kept, theirs: textOf(now.body) };
  // Refused, and nothing has changed: the server has another reason, and would refuse it again.
  const alike = now.etag ? now.etag === new Headers(row.headers).get("if-match") : kept.base !== undefined && kept.base === sides.theirs;
  const unknown = kept.base === undefined && sides.theirs === undefined;
  if (alike || unknown || routeOf(row).conflict === "manual") return { verdict: "ask", ...found };
  try {
    const merged = await weigh(row, sides);
    const body = typeof merged.body === "string" ? new TextEncoder().encode(merged.body).buffer : undefined;
    return { verdict: merged.verdict, body, ...found, report: JSON.stringify(merged.report ?? []) };
  } catch (error) {
    // What cannot be merged is for a person to see.
    if (/** @type {any} */ (error)?.name === "LongshoreError") return { verdict: "ask", ...found };
    throw error;
  }
}

/** A conflict that waits for a person: the three sides, what of them is merged, and where they clash. @param {{id: string}} asked */
export async function conflict({ id }) {
  const row = await rowOf(id);
  const sides = await shown(row);
  const values = Object.fromEntries(Object.entries(sides).map(([side, text]) => [side, json(text)]));
  // What is no JSON clashes as a whole.
  const { mine = values.mine, merged, report = [], clashes = [] } = await weigh(row, sides).catch(() => ({ clashes: [{ at: "", ...values }] }));
  return { id, url: row.url, method: row.method, ...values, mine, merged, report, clashes };
}

/**
 * A person's decision: `"mine"` sends the write as it is, `"theirs"` drops it, `{choices}` says for each clash, by its JSON pointer, `"mine"`,
 * `"theirs"` or `{value}`.
 * @param {{id: string, decision: "mine" | "theirs" | {choices: object}}} asked
 */
export async function resolve({ id, decision }) {
  const row = await rowOf(id);
  const command = (/** @type {object} */ message) => engine.call((runtime) => runtime.command({ id, ...message }));
  if (decision === "mine") return command({ kind: "queue.retry" });
  if (decision === "theirs") return command({ kind: "queue.discard" });
  const sides = await shown(row);
  const merged = await weigh(row, sides, decision?.choices ?? {});
  if (merged.verdict === "ask") throw wrong(`choices: nothing is chosen for ${merged.clashes.map((/** @type {any} */ { at }) => JSON.stringify(at)).join(", ")}`);
  if (merged.verdict === "nothing") return command({ kind: "queue.discard" });
  const bytes = (/** @type {string | null | undefined} */ text) => (typeof text === "string" ? new TextEncoder().encode(text).buffer : undefined);
  return command({ kind: "queue.resolve", body: bytes(merged.body), base: bytes(sides.theirs) });
}

/**
 * What the desk, or the app's own function, makes of the three sides.
 * @param {{method: string, url: string, headers: string | [string, string][]}} row
 * @param {Sides} sides
 * @param {object} [choices]
 */
async function weigh(row, { base, mine, theirs }, choices) {
  const policy = routeOf(row).conflict;
  const asked = { method: row.method, base, sent: mine, theirs, choices, rules: typeof policy === "object" ? policy : undefined };
  const merge = async () => {
    const answer = JSON.parse(await ask("reconcile", asked));
    if (answer.error) throw wrong(answer.error);
    return answer;
  };
  const merged = await merge();
  if (typeof policy !== "function" || choices || merged.verdict === "nothing") return merged;
  const value = await answerOf(() => policy({ base: json(base), mine: merged.mine, theirs: json(theirs) }), PATIENCE_MS).catch((error) => {
    // What it cannot say, a person must.
    console.error("longshore: the function in conflict failed", error);
  });
  if (value === undefined) return { ...merged, verdict: "ask" };
  asked.choices = { "": { value } };
  return merge();
}

/** With real ids in the place of temporary ones, as it is sent. @param {Row} row @param {Sides} sides */
async function madeReal({ url, headers }, sides) {
  const named = await renamed(url, headers, /** @type {ArrayBuffer} */ (new TextEncoder().encode(sides.mine).buffer));
  return { url: named.url, kept: { ...sides, mine: textOf(named.body) ?? "" } };
}

/** What the server has, as far as it says. @param {Row} row @returns {Promise<{body?: ArrayBuffer, etag?: string}>} */
async function current({ url, headers, credentials }) {
  const asks = headers.filter(([name]) => !/^(if-|content-|idempotency-key)/i.test(name));
  const response = await fetch(url, { headers: asks, credentials, cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
  // What is gone, or cannot be read by anyone (405): there is nothing to merge with.
  if (response.status < 500 && !response.ok && ![401, 408, 425, 429].includes(response.status)) return {};
  // A login page, or a server that stumbles, says nothing of it.
  if (!response.ok || response.headers.get("content-type")?.includes("html")) throw wrong(`${url} answered ${response.status}`);
  return { body: await response.arrayBuffer(), etag: response.headers.get("etag") ?? undefined };
}

/** @param {string} id @returns {Promise<Sides>} */
async function sidesOf(id) {
  const [mine, base, theirs] = await store.rowBodies([id, `${id}#base`, `${id}#theirs`]);
  return { mine: textOf(mine) ?? "", base: textOf(base), theirs: textOf(theirs) };
}

/** A row whose conflict waits for a person. @param {string} id @returns {Promise<any>} */
async function rowOf(id) {
  const row = (await rows()).find((row) => row.id === id && row.state.word === "conflict" && !row.state.open);
  if (!row) throw wrong("no such conflict in the queue");
  return row;
}

/**
 * Its sides. Where its route says nothing of conflicts, or had nothing to merge it with, what the server has is fetched now.
 * @param {any} row
 * @returns {Promise<Sides>}
 */
async function shown(row) {
  const headers = /** @type {[string, string][]} */ (fieldsOf(row.headers));
  const { url, kept } = await madeReal({ ...row, headers }, await sidesOf(row.id));
  return { ...kept, theirs: kept.theirs ?? textOf((await current({ ...row, url, headers })).body) };
}

/** @param {ArrayBuffer | object | undefined} bytes what lies in chunks is too large to be merged. */
const textOf = (bytes) => (bytes instanceof ArrayBuffer ? new TextDecoder().decode(bytes) : undefined);

/** JSON, or the text that is none. @param {string | undefined} text */
function json(text) {
  const value = parsed(text);
  return value === undefined ? text : value;
}

/** @param {string} message */
const wrong = (message) => Object.assign(new Error(message), { name: "LongshoreError" });
