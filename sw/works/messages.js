// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// What pages and the browser say to the worker beside requests.

import { configError, messageOf } from "../shell/fault.js";
import { worker } from "../shell/worker.js";
import { begun, engine, shell } from "./begun.js";
import { more } from "./more.js";
import { note } from "./observed.js";
import { list, pause } from "./rows.js";

/** The tag of our Background Sync registrations. */
const SYNC_TAG = "longshore-queue";

/** The browser tries again later when this rejects. @param {string} tag */
export async function sync(tag) {
  if (tag !== SYNC_TAG) return;
  const empty = await engine.call((runtime) => runtime.wake("sync"));
  if (!empty) throw new Error("writes are still waiting");
}

/** @param {ExtendableMessageEvent} event */
export function message(event) {
  const { data, ports } = event;
  // Workbox's message, so that pages written for it keep working.
  if (data?.type === "SKIP_WAITING") return event.waitUntil(worker.skipWaiting());
  if (data?.longshore !== 1 || typeof data.kind !== "string") return;
  const page = /** @type {Client | null} */ (event.source)?.id ?? "";
  const reply = answer(data, page).then(
    (value) => ({ ok: true, value }),
    (error) => ({ ok: false, error: { name: error?.name ?? "Error", message: messageOf(error) } }),
  );
  event.waitUntil(reply.then((said) => ports[0]?.postMessage(said)));
  // These two reach workers that are not active, and the queue is the active worker's.
  if (data.kind !== "hello" && data.kind !== "skip-waiting") shell.wakeOnce(event, reply);
}

/** Answers a page's call. @param {any} asked @param {string} page */
async function answer(asked, page) {
  const { table } = begun();
  if (asked.kind === "observe") return note(page, asked.urls ?? []);
  if (asked.kind === "skip-waiting") return worker.skipWaiting();
  if (asked.kind === "queue.list") return list(asked);
  if (/^queue.(pause|resume)$/.test(asked.kind)) return pause(asked);
  if (/^queue.(conflict|resolve)$/.test(asked.kind)) {
    const extra = more();
    if (!extra) throw configError("no mutation route has conflict");
    return asked.kind === "queue.conflict" ? extra.conflict(asked) : extra.resolve(asked);
  }
  if (asked.kind !== "warm") return engine.call((runtime) => runtime.command(asked));
  const routes = routesOf(table, asked);
  const keys = routes.map((route, index) => table.keysOf(asked.urls?.[index] ?? "", route).join("\n"));
  return engine.call((runtime) => runtime.command({ ...asked, routes, keys }));
}

/**
 * Which route serves each URL that a page has loaded, -1 for none. Found here, since routes may be functions.
 * @param {import("../shell/routes.js").Table} table
 * @param {{urls?: string[], destinations?: string[]}} asked
 */
function routesOf(table, { urls = [], destinations = [] }) {
  return urls.map((url, index) => {
    const destination = destinations[index] ?? "";
    const mode = destination === "document" ? "navigate" : "cors";
    return table.routeOf({ url, method: "GET", mode, destination, headers: {} }) ?? -1;
  });
}
