// Workbox's queue, as the page speaks to it: `peers/workbox-queue.js` listens.

/**
 * A write that was stored: its fetch has failed. Throws where the server has answered.
 * @param {Promise<Response>} sent
 * @returns {Promise<string>} no id: Workbox tells none.
 */
export async function kept(sent) {
  const answer = await sent.catch(() => undefined);
  if (answer) throw new Error(`a write was answered with ${answer.status}`);
  return "";
}

/** How many writes wait. @returns {Promise<number>} */
export const waiting = () => call("waiting");

/** Has them sent; resolves when that is over. */
export const drain = () => call("drain");

/** Not used: no table takes back what Workbox has stored. @param {string} _id @returns {Promise<void>} */
export const discard = (_id) => Promise.reject(new Error("Workbox takes nothing back"));

/** @param {"waiting" | "drain"} what @returns {Promise<any>} */
function call(what) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve, reject) => {
    port1.onmessage = ({ data }) => ("error" in data ? reject(new Error(`${what}: ${data.error}`)) : resolve(data.value));
    navigator.serviceWorker.controller?.postMessage({ bench: what }, [port2]);
  });
}
