// @ts-check
// Requests that nothing ready answers: handed to the engine, or answered with our own files and those of older versions.
// Does not decide what they get: the engine does, and where it fails `answers.js`.

import { withoutEngine } from "./answers.js";
import { begun, chunks, engine, shell, store } from "./begun.js";
import { more } from "./more.js";
import { bodyOf } from "./uploads.js";

/** @typedef {import("../shell/worker.js").Taken} Taken */

/** @param {FetchEvent} event @param {Taken | "client"} taken */
export async function answer(event, taken) {
  if (taken === "client") return begun().files.clientResponse(event);
  const response = await serve(event, taken);
  outlive(event);
  return response;
}

/**
 * The file of an older version, if it is one that this tab was loaded with.
 * @param {FetchEvent} event
 * @param {Taken} [taken]
 */
export async function older(event, taken) {
  const { lineage, versions } = begun();
  await lineage.read();
  const key = versions.keyOf(event.clientId, event.request.url, !taken || taken.index < 0);
  const kept = key === undefined ? undefined : await store.kept(key);
  if (kept) outlive(event);
  return kept;
}

/** Keeps the worker for what pages are being given: without it one would get the beginning only, in some browsers without a word. @param {FetchEvent} event */
export function outlive(event) {
  for (const stream of chunks.streams) event.waitUntil(stream);
}

/** Without what waits an answer is still an answer, and a write a write. @param {unknown} error */
const warn = (error) => void console.warn("longshore: what waits could not be looked at", error);

/**
 * Hands a request to the engine; the worker stays up for the work behind the answer.
 * @param {FetchEvent} event
 * @param {Taken} taken
 * @returns {Promise<Response>}
 */
async function serve(event, { kind, index }) {
  const extra = extras();
  const asked = (await extra?.known(event.request).catch(warn)) ?? event.request;
  if (kind === "mutation") return write(event, asked, index);
  const { table } = begun();
  const posts = asked.method === "POST";
  const keys = posts ? ((await extra?.keysOfPost(table, asked, index)) ?? []) : table.keysOf(asked.url, index);
  // It is a write, and no rule queues it.
  if (posts && keys.length === 0) return fetch(asked);
  const lay = await extra?.over(asked, index).catch(warn);
  try {
    const response = await handed(event, (runtime) => runtime.fetch(asked, index, keys.join("\n")));
    return await (lay ? lay(response) : response);
  } catch (error) {
    console.warn("longshore: answered without the engine", asked.method, asked.url, error);
    return fetch(asked);
  }
}

/** What is more; without it the network still answers. */
function extras() {
  try {
    return more();
  } catch (error) {
    console.warn("longshore:", error);
    return undefined;
  }
}

/**
 * @param {FetchEvent} event
 * @param {Request} request
 * @param {number} index
 * @returns {Promise<Response>}
 */
async function write(event, request, index) {
  const extra = extras();
  // A body that cannot be read must not become an empty one.
  const body = await bodyOf(request).catch((error) => void console.warn("longshore: a write's body could not be read", error));
  if (!body) return Response.error();
  const send = () => fetch(new Request(request, { body: body.whole }));
  if (body.failed) return send();
  /** @type {import("./engine.js").Ticket} */
  const ticket = { queued: null };
  let handedOver = false;
  try {
    const lane = await extra?.laneOf(request, body.bytes, index).catch(warn);
    const keys = extra?.keysOfBase(request.url, index) ?? [];
    // Who is not known to be there gets no promise of somebody else's: it fails as without a worker.
    const identity = await extra?.identity();
    const joined = await extra?.coalesced(request, index, body.bytes, lane, identity).catch(warn);
    if (joined instanceof Response) return joined;
    const response = await handed(event, (runtime) => {
      handedOver = true;
      const client = event.resultingClientId || event.clientId;
      return runtime.mutate(request, index, ticket, { client, keys: keys.join("\n"), lane, body: body.given, identity, secret: extra?.secretOf(index) });
    });
    const answer = await response;
    await joined?.(answer);
    const said = (await extra?.promised(request, index, body.bytes, answer)) ?? answer;
    // In Chromium a text that a worker answers with becomes a Blob first, which takes as long as keeping the write; a stream does not.
    return said.status === 202 && said.type === "default" ? new Response(said.body, said) : said;
  } catch (error) {
    console.warn("longshore: answered without the engine", request.method, request.url, error);
    // Nothing notes what this write makes stale.
    shell.ready.distrust();
    return withoutEngine(send, ticket, handedOver);
  } finally {
    body.end();
  }
}

/**
 * Hands a request to the engine, and keeps the worker for the work behind its answer.
 * @param {FetchEvent} event
 * @param {(runtime: import("./engine.js").Runtime) => import("./engine.js").Handling} use
 */
async function handed(event, use) {
  const { response, done } = await engine.handle((runtime) => {
    // What was used last must not be the first to go, should this request's answer need room.
    const uses = shell.ready.takeUses(1);
    if (uses) void runtime.command({ kind: "used", uses });
    return use(runtime);
  });
  event.waitUntil(done.catch((error) => console.warn("longshore: work behind an answer failed", error)));
  return response;
}
