// @ts-check
// The page's word to the queue: about one write, a lane, or all of them.
// Moves nothing itself: the worker's queue does.

/** @import * as Public from "../client.js" */

/** What the worker is told to drain is not done in the time of a usual call. */
const FLUSH_LIMIT_MS = 120_000;

/** The most bytes that may be put in a body's place. */
const MOST_BYTES = 4 * 1024 * 1024;

/** @typedef {Public.QueueTarget} Target @typedef {Public.QueueItem} Item */

/**
 * @param {import("./link.js").Link | typeof import("./link.js").noLink} link
 * @param {() => Promise<Public.QueueStatus>} status
 * @param {string} [scope] of the worker; without one there is none.
 * @returns {Public.Queue}
 */
export function queueOver(link, status, scope) {
  const about = (/** @type {string} */ kind) => (/** @type {Item} */ { id }) => link.call(kind, { id });
  /** Each of them in turn; one that is gone by then needs nothing. @param {Item[]} items @param {(item: Item) => Promise<unknown>} act */
  const each = async (items, act) => {
    /** @type {unknown[]} */
    const failures = [];
    for (const item of items) await act(item).catch((error) => /no such mutation/.test(error.message) || failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  const chosen = async (/** @type {Exclude<Target, string>} */ target) => {
    const name = nameOf(target);
    return (await queue.list()).filter(({ lane }) => name === "all" || name === `lane:${lane}`);
  };
  /** @type {Public.Queue} */
  const queue = {
    list: ({ bodies = false } = {}) => link.call("queue.list", { bodies }),
    status,
    async retry(target) {
      if (typeof target === "string" && target !== "all") return void (await link.call("queue.retry", { id: target }));
      // A conflict is decided one by one, or is being merged.
      await each((await chosen(/** @type {any} */ (target))).filter(({ state }) => !["conflict", "merging"].includes(state)), about("queue.retry"));
    },
    async discard(target) {
      if (typeof target === "string" && target !== "all") return void (await link.call("queue.discard", { id: target }));
      // The newest first: what is behind one that goes would be sent.
      await each((await chosen(/** @type {any} */ (target))).reverse(), about("queue.discard"));
    },
    pause: async (target) => void (await link.call("queue.pause", { name: nameOf(target) })),
    resume: async (target) => void (await link.call("queue.resume", { name: nameOf(target) })),
    async edit(id, body) {
      if (tagOf(body) === "[object FormData]") throw new TypeError("edit: form data would come with another boundary than its content type says");
      if (body === undefined) throw new TypeError("edit: a body is missing");
      const bytes = await new Response(/** @type {BodyInit} */ (isPlain(body) ? JSON.stringify(body) : body)).arrayBuffer();
      if (bytes.byteLength > MOST_BYTES) throw new RangeError(`edit: a body of at most ${MOST_BYTES} bytes, and this has ${bytes.byteLength}`);
      const text = new TextDecoder().decode(bytes);
      // Ids sort by creation: it cannot wait for what comes behind it.
      const items = await queue.list();
      if (items.find((item) => item.id === id)?.size === 0) throw new TypeError("edit: a write without a body cannot be given one");
      const later = items.find((item) => item.id >= id && text.includes(item.id));
      if (later) throw new RangeError(`edit: the body names ${later.id}, which was made no sooner than ${id} and waits behind it`);
      await link.call("queue.edit", { id, body: bytes });
    },
    async answer(id) {
      // The worker has put it where pages can look themselves (`more/kept.js`).
      const found = scope && (await caches.match(`/longshore-answers/${id}`, { cacheName: `longshore-answers:${new URL(scope).pathname}` }));
      return found && Number(found.headers.get("longshore-until")) > Date.now() ? found : undefined;
    },
    conflict: (id) => link.call("queue.conflict", { id }),
    resolve: async (id, decision) => void (await link.call("queue.resolve", { id, decision })),
    flush: async () => void (await link.call("queue.flush", {}, FLUSH_LIMIT_MS)),
  };
  return queue;
}

/** How the worker calls it. @param {Target} target */
function nameOf(target) {
  if (typeof target === "string") return target;
  if (typeof target?.lane === "string") return `lane:${target.lane}`;
  throw new TypeError('expected an id, { lane: "…" } or "all"');
}

/** What goes as JSON, also where it comes from another frame. @param {unknown} body */
const isPlain = (body) => body === null || /^\[object (Object|Array)\]$/.test(tagOf(body));

/** @param {unknown} body */
const tagOf = (body) => Object.prototype.toString.call(body);
