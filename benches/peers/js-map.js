// The floor: what any worker costs that answers from memory and does nothing else.
import "./inside.js";
import { takeOver, wanted, worker } from "./worker.js";

/** @type {Map<string, {body: ArrayBuffer, headers: Headers}>} */
const stored = new Map();

takeOver();

worker.addEventListener("fetch", (event) => {
  if (!wanted(event)) return;
  const found = stored.get(event.request.url);
  event.respondWith(found ? new Response(found.body, { headers: found.headers }) : fill(event.request));
});

/** @param {Request} request */
async function fill(request) {
  const answer = await fetch(request);
  const body = await answer.arrayBuffer();
  if (answer.ok) stored.set(request.url, { body, headers: answer.headers });
  return new Response(body, { status: answer.status, headers: answer.headers });
}
