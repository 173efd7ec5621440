// The page of every peer: registers its worker and times fetches, one after the other, body included.
// Knows nothing of who answers.
import { register } from "/register.js";

/** Fetches `count` times and gives each time in ms; throws when an answer is not what was stored. */
window.time = async ({ path, size, count, gap }) => {
  const times = [];
  for (let i = 0; i < count; i += 1) {
    if (gap > 0) await new Promise((resolve) => setTimeout(resolve, gap));
    const before = performance.now();
    const answer = await fetch(path);
    const body = await answer.arrayBuffer();
    times.push(performance.now() - before);
    if (answer.status !== 200) throw new Error(`${path} was answered with ${answer.status}`);
    if (body.byteLength !== size) throw new Error(`${path} has ${body.byteLength} bytes in place of ${size}`);
  }
  return times;
};

try {
  await register();
  await navigator.serviceWorker.ready;
  while (!navigator.serviceWorker.controller) {
    await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
  }
  window.ready = true;
} catch (error) {
  window.failed = String(error);
}
