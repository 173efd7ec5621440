// A worker by hand: cache-first from IndexedDB, the oldest dropped beyond the limit.
import { done, opened, result, row } from "./database.js";
import "./inside.js";
import { takeOver, wanted, worker } from "./worker.js";

takeOver();

worker.addEventListener("fetch", (event) => {
  if (wanted(event)) event.respondWith(answer(event));
});

/** @param {FetchEvent} event */
async function answer(event) {
  const { request } = event;
  const database = await opened;
  /** @type {import("./database.js").Row | undefined} */
  const found = await result(database.transaction("answers").objectStore("answers").get(request.url));
  if (found) return new Response(found.body, { headers: found.headers });
  const fetched = await fetch(request);
  const body = await fetched.arrayBuffer();
  if (fetched.ok) event.waitUntil(keep(database, row(request.url, fetched.headers, body)));
  return new Response(body, { status: fetched.status, headers: fetched.headers });
}

/** @param {IDBDatabase} database @param {import("./database.js").Row} entry */
async function keep(database, entry) {
  const transaction = database.transaction("answers", "readwrite", { durability: "relaxed" });
  const store = transaction.objectStore("answers");
  store.put(entry);
  if (MAX_ENTRIES !== undefined) dropOldest(store, MAX_ENTRIES);
  await done(transaction);
}

/** @param {IDBObjectStore} store @param {number} most */
function dropOldest(store, most) {
  const counting = store.count();
  counting.onsuccess = () => {
    let over = counting.result - most;
    if (over <= 0) return;
    const walking = store.index("at").openKeyCursor();
    walking.onsuccess = () => {
      const cursor = walking.result;
      if (!cursor || over <= 0) return;
      store.delete(cursor.primaryKey);
      over -= 1;
      cursor.continue();
    };
  };
}
