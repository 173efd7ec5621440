// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// What waits in the queue, laid over what is read: a page sees its own writes at once, in every tab, offline, after a reload.
// Does not know how a write lies over a resource, nor over which: the desk does (`src/engine/layers.rs`).

import { answerOf, within } from "../shell/settled.js";
import { inUrl, namesIn } from "./names.js";
import { ask, begun, engine, routeOf, rows as stored, shell, store } from "./parts.js";

/**
 * A row of the queue that lies over reads.
 * @typedef {object} Row
 * @property {string} id
 * @property {string} method
 * @property {string} url
 * @property {any} rules The `optimistic` of its route.
 */

/** Fields of an answer that are not true of it any more once something lies over it. */
const UNTRUE = ["content-length", "content-encoding", "etag", "last-modified", "accept-ranges"];

/** Statuses of what is not there, or cannot be had. */
const NOTHING = [404, 410, 502, 503, 504];

/** How long what waits may take to be read, ms; then an answer goes out without. */
const PATIENCE_MS = 2_000;

/** @type {Promise<Row[]> | undefined} read when first needed, and whenever a row has changed. */
let known;

/** Whether any route lays writes over reads. */
const wanted = () => begun().config.mutations?.some(({ optimistic }) => optimistic) ?? false;

/**
 * Hears what a commit touches, before and after it; without names, that anything may have changed.
 * @param {string[]} [names]
 */
export function touched(names) {
  if ((names && !names.includes("rows")) || !wanted()) return;
  const before = known;
  known = undefined;
  // Until it is known again what waits, nothing goes out past it.
  shell.ready.layered = true;
  if (!names || !before) return;
  void Promise.all([before, rows()]).then(([before, after]) => {
    const left = before.filter(({ id }) => !after.some((row) => row.id === id));
    // What they see looks otherwise now, whether it was settled or given up; of some of it the engine tells them by itself.
    if (left.length > 0) return told(left, names);
  }).catch((error) => console.warn("longshore: layers", error));
}

/**
 * What is to be done with the answer to a read, since writes wait that lie over it; nothing where none do. To be asked before the answer is:
 * a write that is settled in between is in both then, which does no harm, and never in neither.
 * @param {Request} request
 * @param {number} index Its route.
 * @returns {Promise<((answer: Promise<Response>) => Promise<Response>) | undefined>}
 */
export async function over(request, index) {
  if (request.method !== "GET" || request.headers.has("range") || !wanted()) return undefined;
  const waiting = await within(rows(), PATIENCE_MS);
  if (waiting.length === 0) return undefined;
  const tags = begun().config.routes?.[index]?.tags ?? [];
  const found = JSON.parse(await ask("affecting", { url: request.url.split("#", 1)[0], tags, rows: waiting }));
  if (found.length === 0) return undefined;
  const bodies = (await store.rowBodies(found.map((/** @type {{id: string}} */ { id }) => id))).map((body) => (body instanceof ArrayBuffer ? new TextDecoder().decode(body) : undefined));
  const layered = found.map((/** @type {{id: string, layers: any[]}} */ { id, layers }, /** @type {number} */ place) => {
    const { method, url, rules } = /** @type {Row} */ (waiting.find((row) => row.id === id));
    return { method, url, rules, layers, body: bodies[place] };
  });
  return async (answer) => {
    const given = await answer;
    return lay(given, layered).catch((error) => {
      console.warn("longshore: an answer without the writes that wait", error);
      return given;
    });
  };
}

/**
 * @param {Response} given
 * @param {{method: string, url: string, rules: any, layers: any[], body?: string}[]} writes
 */
async function lay(given, writes) {
  // There is nothing, or it cannot be had: what was made here is there all the same.
  const none = given.type === "error" || NOTHING.includes(given.status);
  if (!none && (!given.ok || given.type === "opaque" || given.type === "opaqueredirect" || given.redirected)) return given;
  const text = none ? null : await given.clone().text();
  let resource = text;
  let laid = 0;
  // Whatever needs no function of the app's goes to the desk at once: it reads and writes the whole resource each time.
  /** @type {Map<{body?: string}, any[]>} by the write that they belong to. */
  const plain = new Map();
  const layPlain = async () => {
    if (plain.size === 0) return;
    const made = JSON.parse(await ask("lay", { resource, rows: Array.from(plain, ([{ body }, layers]) => ({ body, layers })) }));
    plain.clear();
    if (made.laid > 0) resource = made.resource;
    laid += made.laid;
  };
  for (const write of writes) {
    for (const layer of write.layers) {
      if (layer.hook === undefined) {
        plain.set(write, [...(plain.get(write) ?? []), layer]);
        continue;
      }
      await layPlain();
      const made = await hooked(resource, write, layer.hook);
      if (made !== undefined) laid += 1;
      resource = made ?? resource;
    }
  }
  await layPlain();
  if (laid === 0) return given;
  const headers = new Headers(none ? undefined : given.headers);
  for (const name of UNTRUE) headers.delete(name);
  headers.set("longshore-unsent", String(writes.length));
  // It is gone as far as this device is concerned (RFC 9110, 15.5.5).
  if (resource === null) return new Response(null, { status: 404, headers });
  if (none) headers.set("content-type", "application/json");
  return new Response(resource, { status: none ? 200 : given.status, headers });
}

/**
 * What the app's own function makes of a resource; undefined where it makes nothing of it.
 * @param {string | null} resource
 * @param {{method: string, url: string, rules: any, body?: string}} write
 * @param {number} index
 */
async function hooked(resource, { method, url, rules, body }, index) {
  try {
    const made = await answerOf(() => rules[index].how({ resource: resource && JSON.parse(resource), body: body && JSON.parse(body), method, url }), PATIENCE_MS);
    return made === undefined ? undefined : JSON.stringify(made);
  } catch (error) {
    console.error(`longshore: the function in optimistic[${index}].how threw`, error);
    return undefined;
  }
}

/** The rows that lie over reads, oldest first. */
function rows() {
  if (known) return known;
  const reading = (known = read());
  reading.then(
    // Unless something has changed meanwhile.
    (found) => known === reading && (shell.ready.layered = found.length > 0),
    () => known === reading && (known = undefined),
  );
  return reading;
}

async function read() {
  const all = await stored();
  // What was made meanwhile is read under its real name.
  const names = await namesIn(all.map(({ url }) => url).join());
  const found = all.flatMap((row) => {
    const { id, method, url: written, state } = row;
    // What was refused for good has changed nothing.
    if (state.word === "dead") return [];
    const url = inUrl(written, names);
    const rules = routeOf(row).optimistic;
    return rules ? [{ id, method, url, rules }] : [];
  });
  return found;
}

/** Tells every tab that what these lay over looks otherwise now, but for what it has heard of already. @param {Row[]} left @param {string[]} names */
async function told(left, names) {
  const { urls, tags } = JSON.parse(await ask("affecting", { rows: left }));
  const unheard = (/** @type {string} */ kind) => (/** @type {string} */ name) => !names.includes(`${kind}:${name}`);
  const rest = { urls: urls.filter(unheard("u")), tags: tags.filter(unheard("t")) };
  if (rest.urls.length + rest.tags.length > 0) await engine.call((runtime) => runtime.command({ kind: "cache.invalidate", ...rest }));
}
