// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// What is done when a worker is installed, activated and started.

import { within } from "../shell/settled.js";
import { worker } from "../shell/worker.js";
import { begun, chunks, engine, store } from "./begun.js";
import { look } from "./disk.js";
import { isAlone } from "./files.js";
import { allowed, consult, obey } from "./leaving.js";
import { mirror } from "./mirror.js";
import { more } from "./more.js";
import { ask } from "./observed.js";
import { removeAllOpaque } from "./opaque.js";
import { mirrored, raced, unwanted } from "./static.js";

/** How long the kill switch waits for the rest of a start, ms. */
const PATIENCE_MS = 10_000;

/** Whether this browser has static routing. */
const ROUTES = "addRoutes" in (/** @type {any} */ (self).InstallEvent?.prototype ?? {});

/** @param {ExtendableEvent} event */
export async function install(event) {
  consult();
  const [keys] = await Promise.all([store.precached(), allowed()]);
  // It checks the config, if that could be read at all.
  await engine.call((runtime) => runtime.command({ kind: "install", keys }));
  const { config, files, lineage } = begun();
  await routePast(event, config, [files.client, ...(await lineage.read()).flatMap(({ entries }) => [...entries.keys()])]);
  if (config.skipWaiting) await worker.skipWaiting();
}

/**
 * Tells the browser what it need not ask us for. It only makes things faster, so nothing comes of its failing.
 * @param {any} event
 * @param {Longshore.Config} config
 * @param {string[]} files our own, and those of older versions whose tabs may live on.
 */
async function routePast(event, config, files) {
  if (!ROUTES) return;
  const { origin } = worker.location;
  // In this order, since the first rule that fits decides.
  for (const rules of [reflect, () => raced(config, origin), () => unwanted(config, origin, files)]) {
    try {
      const made = await rules();
      if (made.length > 0) await event.addRoutes(made);
    } catch (error) {
      console.warn("longshore: no static routing", error);
    }
  }
}

/** Fills the mirror, and gives the rule for what it has. */
async function reflect() {
  const { config, table, files: { mirrorName } } = begun();
  return mirrored(await mirror(config, table, store, mirrorName), mirrorName);
}

/** Fetches of pages wait for this, so nothing long belongs here, and nothing may fail it. */
export async function activate() {
  const { config, files } = begun();
  const work = [
    // Claimed afterwards: only now is it known which pages were there before.
    keep("activate").finally(() => worker.clients.claim()),
    files.clean(config.cleanup ?? []),
    config.routes?.some((route) => route.storeOpaque) || removeAllOpaque(new URL(worker.registration.scope).pathname),
    // Left over from a foreign worker, every navigation would be fetched twice.
    worker.registration.navigationPreload?.disable(),
  ];
  for (const result of await Promise.allSettled(work)) {
    if (result.status === "rejected") console.warn("longshore: activation went on without", result.reason);
  }
}

/** Has the engine keep what the tabs of older versions need, and no more. @param {"activate" | "start"} at */
async function keep(at) {
  const keys = await begun().lineage.settle(at);
  if (keys && isAlone()) await engine.call((runtime) => runtime.command({ kind: "keep", keys }));
}

/** Behind the first answer of a worker's life. */
export async function start() {
  // A version whose wasm does not start, or whose files do not come, must still hear that it is to go.
  const restored = restore().catch((error) => console.warn("longshore: work at the worker's start failed", error));
  await within(restored, PATIENCE_MS).catch(() => {});
  await obey();
  // The worker is needed for as long as it takes.
  await restored;
}

/** Wakes the queue, and makes whole what is kept. */
async function restore() {
  await ask();
  await engine.call((runtime) => runtime.wake("start"));
  await keep("start");
  await chunks.sweep();
  await more()?.forget();
  const keys = await store.precached();
  await engine.call((runtime) => runtime.command({ kind: "repair", keys }));
  if (ROUTES) await reflect();
  await look();
}
