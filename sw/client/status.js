// @ts-check
// How the queue stands, in numbers a person can read; and a word when it should move and does not.
// Asks the worker for its rows, and decides nothing.

/** @typedef {import("../client.js").QueueItem} Item @typedef {import("../client.js").QueueStatus} Status */

/** So long may something be due without being tried, ms. */
const STALLED_MS = 60_000;

/**
 * @param {readonly Item[]} items
 * @param {boolean} online as the worker last judged.
 * @param {number} now
 * @returns {Status}
 */
export function statusOf(items, online, now) {
  const stuck = new Set(items.filter(({ state }) => state === "dead" || state === "conflict").map(({ lane }) => lane));
  const waits = (/** @type {Item} */ { state }) => ["pending", "waiting", "unknown"].includes(state);
  const held = new Set();
  for (const item of items) if (item.paused || (waits(item) && held.has(`lane:${item.lane}`))) held.add(item).add(`lane:${item.lane}`);
  const isPaused = (/** @type {Item} */ item) => waits(item) && held.has(item);
  const isParked = (/** @type {Item} */ item) => waits(item) && !held.has(item) && stuck.has(item.lane);
  const moving = items.filter((item) => !isParked(item) && !isPaused(item));
  const count = (/** @type {Item["state"][]} */ ...states) => moving.filter(({ state }) => states.includes(state)).length;
  const sending = count("sending");
  const isLate = (/** @type {Item} */ item) => waits(item) && now - Math.max(item.createdAt, item.notBefore ?? 0) > STALLED_MS;
  return {
    total: items.length,
    waiting: count("pending", "waiting"),
    sending,
    unknown: count("unknown"),
    merging: count("merging"),
    conflict: count("conflict"),
    dead: count("dead"),
    parked: items.filter(isParked).length,
    paused: items.filter(isPaused).length,
    oldest: items.length > 0 ? Math.min(...items.map(({ createdAt }) => createdAt)) : null,
    stalled: online && sending === 0 && moving.some(isLate),
  };
}

export class Watch {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  online = true;

  /** @param {() => Promise<Item[]>} list @param {(status: Status) => void} stalled */
  constructor(list, stalled) {
    this.list = list;
    this.stalled = stalled;
  }

  async status() {
    return statusOf(await this.list(), this.online, Date.now());
  }

  /** Takes note of an event; whatever waits is looked at a while later. @param {{kind: string}} event */
  heard({ kind }) {
    if (kind === "online" || kind === "offline") this.online = kind === "online";
    if (kind === "online" || kind === "queued" || kind === "retry") this.#arm();
  }

  #arm() {
    this.#timer ??= setTimeout(async () => {
      this.#timer = undefined;
      const status = await this.status().catch(() => undefined);
      if (status?.stalled) this.stalled(status);
      if (status && status.total > 0 && this.online) this.#arm();
    }, STALLED_MS * 1.5);
  }
}
