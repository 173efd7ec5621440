// A worker by hand that precaches into IndexedDB: everything fetched at once, stored in one transaction.
import { done, opened, result, row } from "./database.js";
import "./inside.js";
import { precached } from "./precached.js";
import { takeOver, worker } from "./worker.js";

takeOver();

worker.addEventListener("install", (event) => event.waitUntil(install()));

worker.addEventListener("fetch", (event) => {
  if (event.request.url.includes("/precache/")) event.respondWith(answer(event.request));
});

async function install() {
  const rows = await Promise.all(
    precached.map(async ({ url }) => {
      const answer = await fetch(url, { cache: "reload" });
      if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
      return row(new URL(url, location.href).href, answer.headers, await answer.arrayBuffer());
    }),
  );
  const transaction = (await opened).transaction("answers", "readwrite", { durability: "relaxed" });
  for (const entry of rows) transaction.objectStore("answers").put(entry);
  await done(transaction);
}

/** @param {Request} request */
async function answer(request) {
  const database = await opened;
  /** @type {import("./database.js").Row | undefined} */
  const found = await result(database.transaction("answers").objectStore("answers").get(request.url));
  return found ? new Response(found.body, { headers: found.headers }) : fetch(request);
}
