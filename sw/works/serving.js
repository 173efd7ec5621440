// @ts-check
// Requests that nothing ready answers: handed to the engine, or answered with our own files and those of older versions.
// Does not decide what they get: the engine does, and where it fails `answers.js`.

import { withoutEngine } from "./answers.js";
import { begun, chunks, engine, shell, store } from "./begun.js";
import { more } from "./more.js";
import { keysOfPost } from "./posts.js";

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
  const extra = more();
  const request = extra ? await extra.known(event.request) : event.request;
  const { ready } = shell;
  const client = event.resultingClientId || event.clientId;
  const { table } = begun();
  const posts = kind === "route" && request.method === "POST";
  const keys = posts ? await keysOfPost(table, request, index) : kind === "route" ? table.keysOf(request.url, index) : extra?.keysOfBase(request.url, index) ?? [];
  // It is a write, and no rule queues it.
  if (posts && keys.length === 0) return fetch(request);
  const lane = kind === "mutation" ? await extra?.laneOf(request).catch(warn) : undefined;
  const dressed = kind === "mutation" ? extra?.promised(request, index) : await extra?.over(request, index).catch(warn);
  /** @type {import("./engine.js").Ticket} */
  const ticket = { queued: null };
  let handedOver = false;
  try {
    const { response, done } = await engine.handle((runtime) => {
      handedOver = true;
      // What was used last must not be the first to go, should this request's answer need room.
      const uses = ready.takeUses(1);
      if (uses) void runtime.command({ kind: "used", uses });
      return kind === "mutation" ? runtime.mutate(request, index, client, ticket, keys.join("\n"), lane) : runtime.fetch(request, index, keys.join("\n"));
    });
    event.waitUntil(done.catch((error) => console.warn("longshore: work behind an answer failed", error)));
    return await (dressed ? dressed(response) : response);
  } catch (error) {
    console.warn("longshore: answered without the engine", request.method, request.url, error);
    // Nothing notes what this write makes stale.
    if (kind === "mutation") ready.distrust();
    return withoutEngine(request, ticket, handedOver);
  }
}
