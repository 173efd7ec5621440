// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// Writes that become part of one that waits, where their routes say so. Never of one that was sent, which the engine sees to: it edits and drops
// such a row only while it was not.
// Does not know how two bodies make one: the desk does (`src/merge/coalesce.rs`).

import { fieldsOf } from "../shell/ready.js";
import { within } from "../shell/settled.js";
import { idsIn, inUrl, namesIn } from "./names.js";
import { ask, begun, engine, routeOf, rows, store } from "./parts.js";

/** How long the queue may take to say what waits, and to change it, ms; then a write is one of its own. */
const PATIENCE_MS = 2_000;

/** What is being looked at, the last of it: two writes must not change one row from the same body. @type {Promise<unknown>} */
let before = Promise.resolve();

/**
 * What becomes of a write: the answer where it has become part of another; else, where it outdates another, what is to be called with its answer.
 *
 * @typedef {((answer: Response) => Promise<void>) & {over: Promise<void>}} Drop
 *
 * @param {Request} request
 * @param {number} index its route.
 * @param {ArrayBuffer | undefined} body
 * @param {string | undefined} lane where its route's template does not say.
 * @param {string | undefined} identity whose it is.
 * @returns {Promise<Response | Drop | undefined>}
 */
export function coalesced(request, index, body, lane, identity) {
  const isOne = begun().config.mutations?.[index]?.coalesce && request.method !== "POST" && ![...request.headers.keys()].some((name) => name.startsWith("if-"));
  if (!isOne) return Promise.resolve(undefined);
  const found = before.then(() => within(join(request, index, body, lane, identity), PATIENCE_MS));
  before = found.then((joined) => (joined instanceof Response ? undefined : joined?.over)).catch(() => {});
  return found;
}

/** Bodies of which two can be one. A PATCH of JSON without a name is a merge patch, as for `conflict`. @type {Record<string, RegExp>} */
const TYPES = { PUT: /[/+]json\s*(;|$)/, PATCH: /^application\/(merge-patch\+)?json\s*(;|$)/ };

/** The engine's word for rows that were never sent; and of those for what has nothing behind it in its lane. */
const UNSENT = 0;
const NEWEST = 1;

/** @param {Request} request @param {number} index @param {ArrayBuffer | undefined} body @param {string | undefined} lane @param {string | undefined} identity */
async function join({ url, method, headers, credentials }, index, body, lane, identity) {
  const last = await lastOf(url, identity);
  if (!last || last.method === "DELETE" || last.credentials !== credentials || (lane !== undefined && lane !== last.lane)) return undefined;
  // What is not the app's to give at sending time says whose it is.
  const secret = new Headers(fieldsOf(last.headers)).get("authorization");
  if (!begun().config.mutations?.[index]?.authorize && headers.get("authorization") !== secret) return undefined;
  if (method === "DELETE" && last.method === "POST") {
    // What was never made need not be removed.
    const gone = await told("queue.discard", last.id, NEWEST);
    return gone ? new Response(null, { status: 204, headers: { "longshore-coalesced": last.id } }) : undefined;
  }
  if (method === "DELETE" || (method === "PUT" && last.method === "PATCH")) return dropping(last.id);
  const [old] = await store.rowBodies([last.id]);
  const type = headers.get("content-type");
  if (last.body?.content_type !== type || !TYPES[method]?.test(type ?? "") || !(old instanceof ArrayBuffer) || !body) return undefined;
  const [then, now] = [old, body].map((bytes) => new TextDecoder().decode(bytes));
  // It cannot wait for itself, nor for what comes behind it.
  if (idsIn(now).some((id) => id >= last.id)) return undefined;
  const made = await ask("coalesce", { first: last.method, second: method, before: then, after: now });
  if (made === "" || !(await told("queue.edit", last.id, NEWEST, new TextEncoder().encode(made).buffer))) return undefined;
  const reason = "coalesced";
  return Response.json({ queued: last.id, reason }, { status: 202, headers: { "Longshore-Queued": last.id, "Longshore-Reason": reason } });
}

/**
 * What drops a row once the write that outdates it is kept; before that, it would be a promise broken. Until then nothing becomes part of it.
 * @param {string} id
 * @returns {Drop}
 */
function dropping(id) {
  let isLate = false;
  /** @type {() => void} */
  let end = () => {};
  const ended = /** @type {Promise<void>} */ (new Promise((resolve) => (end = resolve)));
  const over = within(ended, PATIENCE_MS).catch(() => void (isLate = true));
  const drop = async (/** @type {Response} */ { status }) => {
    if (status === 202 && !isLate) await within(told("queue.discard", id, UNSENT), PATIENCE_MS).catch(() => {});
    end();
  };
  return Object.assign(drop, { over });
}

/**
 * The last write of the lane of a resource, if that is about the resource, was never sent, and may be changed.
 * @param {string} url
 * @param {string | undefined} identity
 */
async function lastOf(url, identity) {
  const waiting = await rows();
  const names = await namesIn(waiting.map(({ url }) => url).join());
  // One that makes it goes by its own id until the server has given another.
  const isAbout = (/** @type {any} */ row) => {
    if (row.method !== "POST") return inUrl(row.url, names) === url;
    return routeOf(row).creates && url === `${row.url.split(/[?#]/, 1)[0].replace(/\/$/, "")}/${row.id}`;
  };
  const last = waiting.filter(isAbout).pop();
  const isLast = last && waiting.filter(({ lane }) => lane === last.lane).pop() === last;
  const isFree = isLast && last.state.word === "pending" && last.attempts === 0 && !last.first_key && last.identity === identity;
  return isFree && routeOf(last).coalesce ? last : undefined;
}

/** Whether the queue did as it was told. @param {string} kind @param {string} id @param {number} only @param {ArrayBuffer} [body] */
async function told(kind, id, only, body) {
  try {
    await engine.call((runtime) => runtime.command({ kind, id, body, only }));
    return true;
  } catch {
    return false;
  }
}
