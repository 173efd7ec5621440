// @ts-check
// Follows the server's change events over one connection for all tabs: the tab that holds a lock listens and relays.
// Browsers allow six connections to a host, and an event stream keeps one for good.

/** @typedef {{board: string, card: string | null, kind: string, deleted: boolean}} Change */
/** @typedef {{kind: "change", change: Change} | {kind: "state", online: boolean, again: boolean} | {kind: "ask"}} Message */

const EVENTS = "/api/events";
const NAME = "quay-live";

/**
 * @param {object} hooks
 * @param {(change: Change, mine: boolean) => void} hooks.onchange `mine`: this tab heard it from the server itself
 * @param {(online: boolean, again: boolean) => void} hooks.onstate `again`: events may have been missed
 * @returns {() => void} tries at once where it waits for a next try
 */
export function follow({ onchange, onstate }) {
  const relay = "BroadcastChannel" in self ? new BroadcastChannel(NAME) : null;
  /** @type {EventSource | null} */
  let source = null;
  /** @type {boolean | null} */
  let online = null;
  let failures = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {boolean} now @param {boolean} again */
  function say(now, again) {
    if (now === online && !again) return;
    online = now;
    onstate(now, again);
    relay?.postMessage({ kind: "state", online: now, again });
  }

  function listen() {
    clearTimeout(timer);
    source?.close();
    source = new EventSource(EVENTS);
    source.onopen = () => {
      const again = online === false;
      failures = 0;
      say(true, again);
    };
    source.onerror = () => {
      say(false, false);
      // The browser tries again by itself after a lost connection, but not after an answer it could not use.
      source?.close();
      failures += 1;
      timer = setTimeout(listen, Math.min(500 * 2 ** failures, 10_000));
    };
    source.addEventListener("change", (event) => {
      const change = /** @type {Change} */ (JSON.parse(event.data));
      onchange(change, true);
      relay?.postMessage({ kind: "change", change });
    });
  }

  if (relay) {
    relay.onmessage = ({ data }) => {
      const message = /** @type {Message} */ (data);
      if (message.kind === "change") onchange(message.change, false);
      else if (message.kind === "state") onstate(message.online, message.again);
      else if (source && online !== null) relay.postMessage({ kind: "state", online, again: false });
    };
    relay.postMessage({ kind: "ask" });
  }

  /** @type {(() => void) | null} */
  let resign = null;
  function stand() {
    if (!("locks" in navigator) || !relay) return listen();
    void navigator.locks.request(NAME, () => new Promise((release) => {
      resign = () => release(undefined);
      listen();
    }));
  }

  // A page in the back-forward cache must not keep the lock, nor the connection.
  addEventListener("pagehide", () => {
    clearTimeout(timer);
    source?.close();
    source = null;
    resign?.();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) stand();
  });
  const again = () => {
    if (source && online === false && source.readyState === EventSource.CLOSED) listen();
  };
  addEventListener("online", again);
  stand();
  return again;
}
