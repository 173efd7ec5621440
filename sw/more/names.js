// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// Ids of what was made offline: until the server has given one, a new resource goes by the id of its row in the queue, and whatever carries
// that id waits behind it, in its lane. Once the server has answered, the real one takes its place, in URLs and bodies, for good.
// Does not keep an order: lanes do.

import { within } from "../shell/settled.js";
import { worker } from "../shell/worker.js";
import { parsed, pointed } from "./json.js";
import { begun, engine, routeOf, rows, run, store } from "./parts.js";

/** As `src/ids.rs` writes the ids of rows. */
const ID = /[0-9a-f]{12}-[0-9a-f]{6}-[0-9a-f]{12}/g;

/** Bodies up to here are looked through for ids, bytes. */
const MOST = 1 << 20;

/** How long the queue may take to say what waits, ms. */
const PATIENCE_MS = 2_000;

/** How long a name is remembered after its write was made, ms. */
const KEPT_MS = 30 * 86_400_000;

/** What this worker has learnt. @type {Map<string, string | number>} */
const learnt = new Map();

const wanted = () => begun().config.mutations?.some(({ creates }) => creates) ?? false;

/** @param {string} text @returns {string[]} */
export const idsIn = (text) => [...new Set(text.match(ID))];

/** Whether a body of these fields may carry ids. @param {Headers} headers */
const isText = (headers) => /json|^text\/|urlencoded/.test(headers.get("content-type") ?? "");

/** @param {ArrayBuffer | Blob | undefined} body */
const textOf = (body) => (body instanceof ArrayBuffer && body.byteLength <= MOST ? new TextDecoder().decode(body) : undefined);

/**
 * Where a write must wait, whatever its route says: behind the last that is about the same resource, under whichever name; else behind what
 * will have made what it needs.
 * @param {Request} request
 * @param {ArrayBuffer | undefined} body
 * @param {boolean} byURL whether the route's lanes go by the URL alone.
 * @returns {Promise<string | undefined>}
 */
export async function laneOf(request, body, byURL) {
  if (!wanted()) return undefined;
  const waiting = await within(rows(), PATIENCE_MS);
  const names = await namesIn(waiting.map(({ url }) => url).join());
  const last = (/** @type {(row: any) => boolean} */ fits) => waiting.filter(fits).pop()?.lane;
  const same = last(({ url }) => url !== request.url && inUrl(url, names) === request.url);
  if (same !== undefined) return same;
  const ids = idsIn(request.url + (isText(request.headers) ? (textOf(body) ?? "") : ""));
  // Of what is about the same resource already, the route knows the lane.
  return byURL && waiting.some(({ url }) => url === request.url) && !ids.some((id) => request.url.includes(id)) ? undefined : last(({ id }) => ids.includes(id));
}

/** A request for what was made here, under the name that the server has given it. @param {Request} request */
export async function known(request) {
  if (!wanted() || request.mode === "navigate") return request;
  const url = inUrl(request.url, await namesIn(request.url));
  if (url === request.url) return request;
  const { method, headers, mode, credentials, cache, redirect, referrer, referrerPolicy, integrity, signal } = request;
  // Not every browser gives a request's body as a stream.
  const body = method === "GET" || method === "HEAD" ? undefined : await request.blob();
  return new Request(url, { method, headers, body, mode, credentials, cache, redirect, referrer, referrerPolicy, integrity, signal });
}

/**
 * A write with real ids in its URL and body.
 * @param {string} url
 * @param {[string, string][]} headers
 * @param {ArrayBuffer | Blob} [body]
 */
export async function renamed(url, headers, body) {
  if (!wanted()) return { url, body };
  const text = isText(new Headers(headers)) ? textOf(body) : undefined;
  const ids = idsIn(url + (text ?? ""));
  if (ids.length === 0) return { url, body };
  const [names, waiting] = [await namesIn(ids.join()), await rows()];
  for (const id of ids) {
    if (names.get(id) !== undefined) continue;
    if (waiting.some((row) => row.id === id)) throw Object.assign(new Error("what it needs is not made yet"), { name: "LongshoreEarly" });
    // The server knows nothing under this URL. In a body it may be what the app means.
    if (url.includes(id)) throw Object.assign(new Error("what it needs was discarded, or made without an id"), { name: "LongshoreUnsendable" });
  }
  const named = text && inText(text, names);
  return { url: inUrl(url, names), body: named === text || named === undefined ? body : new TextEncoder().encode(named).buffer };
}

/**
 * Takes note of the id that an answer gives, before anything else is made of it: should the worker end now, the same answer comes again.
 * @param {{id: string, method: string, url: string, headers: [string, string][], renamed: boolean}} write
 * @param {Response} response
 */
export async function learn({ id, method, url, headers, renamed }, response) {
  if (!response.ok || !wanted()) return;
  // What lies under the real URL is old now, and the engine knows the other one only.
  if (renamed) void engine.call((runtime) => runtime.command({ kind: "cache.invalidate", urls: [url], tags: [] })).catch(() => {});
  const { creates } = method === "POST" ? routeOf({ method, url, headers }) : {};
  if (!creates) return;
  const pointer = creates === true ? "/id" : creates;
  const answer = await response.clone().json().catch(() => undefined);
  const real = pointed(answer, pointer);
  if (typeof real !== "string" && typeof real !== "number") return;
  // Should it not be stored, at least this worker knows.
  learnt.set(id, real);
  const kept = { name: real, at: Date.now() };
  await run(["row-bodies"], "readwrite", (bodies) => bodies.put(kept, `${id}#name`), "strict");
  const channel = new BroadcastChannel(`longshore:${new URL(worker.registration.scope).pathname}`);
  channel.postMessage({ v: 1, kind: "named", at: Date.now(), id, name: real, url });
  channel.close();
}

/**
 * The answer to a write that makes something: a 202 carries what was sent, with the id that it goes by until the server has answered.
 * @param {Request} request
 * @param {number} index
 * @param {ArrayBuffer | undefined} body
 * @param {Response} response
 */
export async function promised(request, index, body, response) {
  const { creates } = begun().config.mutations?.[index] ?? {};
  const id = response.headers.get("longshore-queued");
  const text = isText(request.headers) ? textOf(body) : undefined;
  if (!creates || request.method !== "POST" || response.status !== 202 || !id || text === undefined) return response;
  const [name] = (creates === true ? "/id" : creates).slice(1).split("/");
  const sent = parsed(text);
  const made = { [name]: id, ...(sent?.constructor === Object ? sent : {}), ...(await response.json()) };
  return new Response(JSON.stringify(made), response);
}

/** Forgets names that are too old to be in anyone's hands. */
export async function forget() {
  if (!wanted()) return;
  const before = Date.now() - KEPT_MS;
  await run(["row-bodies"], "readwrite", (bodies) => {
    bodies.getAllKeys().onsuccess = ({ target }) => {
      for (const key of /** @type {IDBRequest} */ (target).result.filter((/** @type {unknown} */ key) => String(key).endsWith("#name"))) {
        const named = bodies.get(key);
        named.onsuccess = () => named.result.at < before && bodies.delete(key);
      }
    };
  });
}

/** The real names of the ids in a text, as far as there are any. @param {string} text @returns {Promise<Map<string, string | number>>} */
export async function namesIn(text) {
  const ids = idsIn(text);
  const names = new Map(learnt);
  const missing = ids.filter((id) => !names.has(id));
  if (missing.length === 0) return names;
  const found = await store.rowBodies(missing.map((id) => `${id}#name`));
  missing.forEach((id, place) => {
    const kept = /** @type {{name: string | number} | undefined} */ (/** @type {unknown} */ (found[place]));
    if (kept) names.set(id, kept.name);
  });
  return names;
}

/** @param {string} url @param {Map<string, string | number>} names */
export const inUrl = (url, names) => url.replaceAll(ID, (id) => encodeURIComponent(names.get(id) ?? id));

/** A number stands without the quotes of the text that it takes the place of. @param {string} text @param {Map<string, string | number>} names */
function inText(text, names) {
  for (const [id, name] of names) {
    if (typeof name === "number") text = text.replaceAll(`"${id}"`, String(name));
    text = text.replaceAll(id, JSON.stringify(String(name)).slice(1, -1));
  }
  return text;
}
