// @ts-check
// The safety worker: takes Longshore off a site. Served in place of the app's worker script, or imported by it, it takes over at once,
// removes what was cached, keeps writes that were never sent, unregisters itself and reloads the pages that the old worker served.
// Does not send anything: a later worker finds the kept writes and sends them.
//
// Imported by Longshore's own worker it does nothing until the kill switch calls for it (`works/kill.js`).
//
// Built by `cargo xtask build` into one classic script of its own, apart from the worker's.

import { settled } from "./shell/settled.js";
import { worker } from "./shell/worker.js";

/** How long removing may take, ms. A page that holds the database open must not keep this worker alive. */
const PATIENCE_MS = 5_000;

/** The stores that hold answers; the others hold writes (`src/web/store/schema.rs`). */
const ANSWERS = ["entries", "bodies", "uses", "chunks"];

const { pathname } = new URL(worker.registration.scope);
/** Cache Storage is the origin's: what belongs to an app at another scope stays (`works/files.js`). */
const suffix = pathname === "/" ? "" : `:${pathname}`;
/** Whether there was a worker before. Without one there is no page to reload; pages that register this script again would do so for ever. */
let replaces = false;

if (worker.longshore) {
  replaces = true;
  self.__longshoreLeave = leave;
} else {
  worker.addEventListener("install", (event) => {
    replaces = worker.registration.active !== null;
    event.waitUntil(worker.skipWaiting());
  });
  worker.addEventListener("activate", (event) => event.waitUntil(leave()));
}

async function leave() {
  if (replaces) await worker.clients.claim();
  const removed = Promise.allSettled([removeCaches(), removeAnswers(), settled(indexedDB.deleteDatabase(`longshore-files${suffix}`))]);
  await Promise.race([removed, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  const pages = replaces ? await worker.clients.matchAll({ type: "window" }) : [];
  await worker.registration.unregister();
  // A page that is closing cannot be navigated.
  await Promise.allSettled(pages.map((page) => page.navigate(page.url)));
}

async function removeCaches() {
  const own = ["answers", "opaque", "mirror"].map((what) => `longshore-${what}:${pathname}`);
  const ours = (/** @type {string} */ name) => /^longshore-\d/.test(name) && /^[^:]*(:.*)?$/.exec(name)?.[1] === (suffix || undefined);
  await Promise.all((await caches.keys()).filter((name) => ours(name) || own.includes(name)).map((name) => caches.delete(name)));
}

/** Removes stored answers, and the database itself when no write waits in it. */
async function removeAnswers() {
  const name = `longshore:${pathname}`;
  const request = indexedDB.open(name);
  // Where there was no database, none is made.
  request.onupgradeneeded = () => request.transaction?.abort();
  const database = await settled(request);
  // An older version's database lacks some.
  const answers = ANSWERS.filter((store) => database.objectStoreNames.contains(store));
  const transaction = database.transaction([...answers, "rows"], "readwrite");
  for (const store of answers) {
    // Among the chunks are bodies of writes (`works/uploads.js`), by keys that begin with "rows".
    if (store !== "chunks") transaction.objectStore(store).clear();
    else for (const range of [IDBKeyRange.upperBound(["rows"]), IDBKeyRange.lowerBound(["rows", []])]) transaction.objectStore(store).delete(range);
  }
  const waiting = await settled(transaction.objectStore("rows").count());
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = reject;
  });
  database.close();
  if (waiting === 0) await settled(indexedDB.deleteDatabase(name));
}
