// The page of the table `memory`: sends the file that was chosen, as it is. Never holds its bytes, and measures nothing.
import { register } from "/register.js";

/** How long page or worker is busy so that its process can be told by its processor time, ms. */
const BUSY_MS = 600;

/** Sends the file; gives the status, or 0 where there was no answer. @returns {Promise<number>} */
async function send() {
  const form = new FormData();
  const { files } = /** @type {HTMLInputElement} */ (document.querySelector("#file"));
  if (!files?.[0]) throw new Error("no file was chosen");
  form.append("file", files[0]);
  return fetch("/upload/file", { method: "POST", body: form }).then(({ status }) => status, () => 0);
}

/** Has the worker send what it has kept: Longshore by its own message, others by ours. */
async function flush() {
  await told({ longshore: 1, kind: "queue.flush", bench: "flush" });
}

/** Keeps the page busy. */
function work() {
  for (const end = performance.now() + BUSY_MS; performance.now() < end; );
}

/** Keeps the worker busy. */
async function workThere() {
  await told({ bench: "work", ms: BUSY_MS });
}

/** Says something to the worker and waits for its answer. @param {object} message */
async function told(message) {
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => (port1.onmessage = resolve));
  navigator.serviceWorker.controller?.postMessage(message, [port2]);
  await answer;
}

async function begin() {
  if (!register) return;
  await register();
  await navigator.serviceWorker.ready;
  while (!navigator.serviceWorker.controller) {
    await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
  }
}

Object.assign(window, { attach: { send, flush, work, workThere, ready: begin() } });
