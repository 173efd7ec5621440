// @ts-check
// Brings up Longshore, or a stand-in that says why it is missing, so that the rest of the page need not ask.

/** @typedef {import("./model.js").Longshore} Longshore */

/** @returns {Promise<Longshore>} never rejects */
export async function connect() {
  try {
    const { register } = await import("/longshore/client.js");
    return await register("/sw.js");
  } catch (error) {
    // The console has the details; a person is only told what it means for them.
    console.error("Longshore could not start:", error);
    return absent("its worker could not start");
  }
}

/** The plain network: nothing waits, nothing is kept. @param {string} reason @returns {Longshore} */
function absent(reason) {
  const none = () => Promise.reject(new Error(reason));
  return {
    supported: false,
    reason,
    registration: null,
    ready: Promise.resolve(false),
    on: () => () => {},
    queue: { list: async () => [], answer: async () => undefined, flush: async () => {}, retry: none, discard: none, pause: none, resume: none, edit: none, conflict: none, resolve: none, status: none },
    cache: { invalidate: async () => {} },
    applyUpdate: async () => "none",
    version: async () => ({ client: "none", worker: null }),
  };
}
