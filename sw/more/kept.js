// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// What servers have answered to writes, for whoever asks later: in Cache Storage, where pages look themselves (`client/queue.js`).
// Does not decide what an answer means.

import { worker } from "../shell/worker.js";
import { begun, routeOf } from "./parts.js";

/** No more is kept of one answer, bytes. */
const MOST = 1 << 20;

/** Milliseconds in each unit of a config's times. @type {Record<string, number>} */
const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const name = () => `longshore-answers:${new URL(worker.registration.scope).pathname}`;

/**
 * Keeps an answer that no other try will take the place of, before the queue hears of it: should the worker end now, the same answer comes again.
 * @param {{id: string, method: string, url: string, headers: [string, string][]}} write
 * @param {Response} response
 */
export async function keep(write, response) {
  const { keepAnswers } = routeOf(write);
  const { status } = response;
  if (!keepAnswers || status >= 500 || [401, 408, 425, 429].includes(status)) return;
  // A page in place of an answer is a login page, mostly; and what is large is not waited for.
  if (/html/i.test(response.headers.get("content-type") ?? "") || Number(response.headers.get("content-length")) > MOST) return;
  const [, number, unit] = /** @type {RegExpExecArray} */ (/^(.*?)([a-z]+)$/.exec(keepAnswers));
  const bytes = await response.clone().arrayBuffer();
  if (bytes.byteLength > MOST) return;
  const headers = new Headers(response.headers);
  // Nobody asks for it in any other way.
  headers.delete("vary");
  headers.set("longshore-until", String(Date.now() + Number(number) * UNITS[unit]));
  const cache = await caches.open(name());
  await cache.put(placeOf(write.id), new Response(bytes.byteLength > 0 ? bytes : null, { status, headers }));
}

/** Drops what is too old, and all where no route keeps any. */
export async function forgetAnswers() {
  if (!begun().config.mutations?.some(({ keepAnswers }) => keepAnswers)) return void (await caches.delete(name()));
  const cache = await caches.open(name());
  for (const request of await cache.keys()) {
    const kept = await cache.match(request);
    if (Number(kept?.headers.get("longshore-until")) < Date.now()) await cache.delete(request);
  }
}

/** A URL of its own for each, which nobody fetches. @param {string} id */
const placeOf = (id) => `/longshore-answers/${id}`;
