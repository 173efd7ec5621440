// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// The mirror: precached files whose URL changes with their content (`revision: null`), once more in Cache Storage. There the browser's static
// routing finds them, and serves them without starting this worker.
// Does not take the place of the engine's store: what is missing here the browser asks the network for, never us, so no rule names more
// than what has been written.

import { isAlone } from "./files.js";
import { worker } from "../shell/worker.js";

/** So many at most: the browser looks through them at every request of a page. 300 could not be told from none, 900 cost 0.7 ms. */
const MOST = 300;

/** What is played is asked for in parts, and Cache Storage knows wholes only. */
const PLAYED = /^(audio|video)\//;

/**
 * Puts into the mirror what it lacks, and takes out what is listed no more.
 * @param {Longshore.Config} config
 * @param {import("../shell/routes.js").Table} table
 * @param {Pick<import("./store.js").Store, "kept">} store
 * @param {string} name of the mirror, in Cache Storage.
 * @returns {Promise<string[]>} the URLs that it has.
 */
export async function mirror({ precache = [] }, table, store, name) {
  /** @type {Map<string, string>} the keys of the engine's store, by URL. */
  const listed = new Map();
  for (const entry of precache) {
    if (typeof entry === "string" || entry.revision !== null || listed.size === MOST) continue;
    const { href } = new URL(entry.url, worker.registration.scope);
    const key = table.precached.get(href);
    const route = table.routeOf({ url: href });
    // Only where whatever takes the URL would give out what is precached, unasked.
    if (key && route !== undefined && table.placeOf(href, route).keys.includes(key)) listed.set(href, key);
  }
  const cache = await caches.open(name);
  const there = new Set();
  for (const { url } of await cache.keys()) {
    if (listed.has(url)) there.add(url);
    else if (isAlone()) await cache.delete(url);
  }
  for (const [url, key] of listed) {
    const file = there.has(url) ? undefined : await store.kept(key);
    if (file?.status !== 200 || PLAYED.test(file.headers.get("content-type") ?? "")) continue;
    // The URL alone says what it is.
    file.headers.delete("vary");
    file.headers.set("cache-status", "Longshore; hit; detail=mirror");
    await cache.put(url, file);
    there.add(url);
  }
  return [...there];
}
