// Longshore's queue, as the page speaks to it: the messages of its page client, which is left out here because it wakes the worker.

/**
 * The id of a write that the worker has kept; throws for any other answer.
 * @param {Promise<Response>} sent
 * @returns {Promise<string>}
 */
export async function kept(sent) {
  const answer = await sent;
  const id = answer.headers.get("longshore-queued");
  if (answer.status !== 202 || !id) throw new Error(`a write was answered with ${answer.status}: ${await answer.text()}`);
  return id;
}

/** How many writes wait. @returns {Promise<number>} */
export const waiting = async () => (await call("queue.list")).length;

/** Has them sent; resolves when that is over. */
export const drain = () => call("queue.flush");

/** Takes one back. @param {string} id */
export const discard = (id) => call("queue.discard", { id });

/** @param {string} kind @param {object} [args] @returns {Promise<any>} */
function call(kind, args) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve, reject) => {
    port1.onmessage = ({ data }) => (data.ok ? resolve(data.value) : reject(new Error(`${kind}: ${data.error.message}`)));
    navigator.serviceWorker.controller?.postMessage({ longshore: 1, kind, ...args }, [port2]);
  });
}
