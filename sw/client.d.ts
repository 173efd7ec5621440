// Types of `client.js`, the page's side of Longshore, and its documentation.
//
//   import { register } from "/longshore/client.js";
//   const longshore = await register("/sw.js");
//   longshore.on("updated", ({ url }) => refresh(url));

/**
 * Registers the worker at its scope, where it replaces whatever worker was there before.
 *
 * Rejects only for a worker config that cannot work, with an Error named `LongshoreConfigError` whose message names path, expected and
 * got. Everywhere else it resolves: where there can be no worker (plain http, private modes, a script that cannot be fetched, wasm that
 * is blocked), `supported` is false and `reason` says why. It resolves as soon as the config is known to be good; `ready` waits for more.
 * Call it once per page.
 * @param script the worker script's URL. Default: `"/sw.js"`.
 */
export function register(script?: string | URL, options?: RegisterOptions): Promise<Longshore>;

/** How to register. */
export interface RegisterOptions {
  /** The URLs that the worker is for. Default: the script's folder (Service Workers, "Service-Worker-Allowed" to go beyond it). */
  scope?: string;
  /** The worker script's kind. Longshore's shell is loaded by `importScripts`, which only classic scripts have. Default: `"classic"`. */
  type?: "classic" | "module";
  /** Hands the worker the URLs that this page loaded without it; the worker's routes decide which it stores. Default: true. */
  warm?: boolean;
}

/** The page's end of the worker. */
export interface Longshore {
  /** Whether there is a worker. */
  readonly supported: boolean;
  /**
   * Why there is none; null where there is. Begins with `no-service-workers`, `insecure-context`, `register-failed` or `install-failed`.
   */
  readonly reason: string | null;
  /** The browser's registration; null without a worker. */
  readonly registration: ServiceWorkerRegistration | null;
  /**
   * Resolves to true once the worker answers this page's requests, and to false when there is no worker. A page reloaded past its worker
   * (shift and reload) is not controlled, so it stays pending there.
   */
  readonly ready: Promise<boolean>;
  /** The writes that wait. */
  readonly queue: Queue;
  /** The stored answers. */
  readonly cache: Cache;
  /**
   * Calls `handler` for events from the worker, which go to all tabs. Events that come while `register()` is still working are held until
   * the code right after it has had its turn. A handler that throws is logged and disturbs no other.
   *
   * When messages were missed (a gap in their numbers, or a return from the back-forward cache), each `updated` handler is called with
   * `resync: true`, once for every URL pattern and tag of its filter, or once with `url: null` when it has none: read that again.
   * @param kind an event's kind, or `"*"` for every event.
   * @param filter only events about these: any of the URLs or any of the tags.
   * @returns a function that takes the handler away.
   * @throws Error when a pattern is wrong.
   */
  on<K extends keyof Events>(kind: K, handler: (event: Events[K]) => void, filter?: Filter): () => void;
  /**
   * Asks the browser not to remove what is stored when space is short (Storage Standard, `persist()`). Some browsers ask the person.
   */
  persist(): Promise<{
    persisted: boolean;
    /** Null when persisted; else `"unsupported"` or `"denied"`. */
    reason: "unsupported" | "denied" | null;
  }>;
  /** The versions of both sides, such as `0.1.0`; they differ while an update waits. `worker` is null without one. */
  version(): Promise<{ client: string; worker: string | null }>;
  /**
   * Lets a waiting update take over all tabs now. Resolves to true once it has; to false when none waits, or it was given up.
   */
  skipWaiting(): Promise<boolean>;
  /**
   * Lets a waiting update take over, and reloads every tab of this scope once, this one too. Each tab is asked first by its `update`
   * handlers, and any may refuse.
   *
   * Resolves to `"applied"` when the reload is coming, `"refused"` when a tab said no, `"none"` when no update waits.
   * @param options `force` asks nobody. Default: false.
   */
  applyUpdate(options?: { force?: boolean }): Promise<"applied" | "refused" | "none">;
}

/**
 * The writes that wait at this worker, from all tabs. Calls wait for the first worker to become active.
 *
 * Every call may reject with a `LongshoreError`: `no-worker` when the installation failed, `timeout` after 10 s (`flush`: 2 minutes),
 * `failed` when the worker refused. Without a worker, `list` is empty, `flush` does nothing, and the others reject with `unsupported`.
 */
export interface Queue {
  /** What waits, in the order of its making. Bodies are left out unless asked for: they may be large. */
  list(options?: { bodies?: boolean }): Promise<QueueItem[]>;
  /** How all of it stands. */
  status(): Promise<QueueStatus>;
  /** Makes a write that is waiting, in conflict or dead eligible again, and tries it; of a lane or all, those that are in no conflict. */
  retry(target: QueueTarget): Promise<void>;
  /** Removes a write, or those of a lane, or all. One that is being sent may have reached the server already. */
  discard(target: QueueTarget): Promise<void>;
  /**
   * Nothing of it begins to be sent until `resume`, across reloads and restarts; what is being sent, or just about to, ends. A paused write holds those behind it
   * in its lane; a paused lane, or `"all"`, also takes in what is made later, which is answered with 202 and the reason `paused`.
   */
  pause(target: QueueTarget): Promise<void>;
  /** Ends that pause, `"all"` every one. A write goes on once neither it nor its lane nor all are paused. */
  resume(target: QueueTarget): Promise<void>;
  /**
   * Puts another body (at most 4 MB; objects and arrays as JSON, no form data) in the place of a waiting write's; its content type and lane stay. It keeps its
   * key, since a try of before may have arrived, and a server may answer by that; one that is dead or in conflict goes out under a new key.
   * Rejects while it is being sent.
   */
  edit(id: string, body: BodyInit | object): Promise<void>;
  /** What a write in conflict and its sides look like. Rejects where it is in none: it may have been decided in another tab. */
  conflict(id: string): Promise<Conflict>;
  /** Decides a conflict. Rejects, naming them, where `choices` leaves clashes open. */
  resolve(id: string, decision: Decision): Promise<void>;
  /**
   * What the server has answered to a write, by a route with `keepAnswers`: also long after it has left the queue, in any tab, without the worker.
   * Undefined where there is none (yet), or it is too old.
   */
  answer(id: string): Promise<Response | undefined>;
  /** Tries what can be tried now, and resolves when that is done. */
  flush(): Promise<void>;
}

/** A write by its id, the writes of a lane, or all. */
export type QueueTarget = string | { lane: string } | "all";

/** A write that waits. */
export interface QueueItem {
  /** As in the `Longshore-Queued` header of the 202. Sorts by creation. */
  id: string;
  /** Writes of one lane are sent one after another. */
  lane: string;
  method: string;
  /** Absolute. */
  url: string;
  /**
   * - `pending`: not tried yet, or free to be tried.
   * - `sending`: on its way.
   * - `waiting`: failed for now; tried again at `notBefore`.
   * - `unknown`: sent, but the worker ended before the answer; sent again with the same key.
   * - `merging`: 409 or 412, and its route settles conflicts; sent again once it is merged.
   * - `conflict`: 409 or 412; kept until `resolve`, `retry` or `discard`.
   * - `dead`: refused for good; kept until `retry` or `discard`.
   */
  state: "pending" | "sending" | "waiting" | "unknown" | "merging" | "conflict" | "dead";
  /** Whether it, its lane or everything is paused. */
  paused: boolean;
  /** How often it has been sent. */
  attempts: number;
  /** The earliest next try, in ms since 1970; null for at once. */
  notBefore: number | null;
  /** In ms since 1970. */
  createdAt: number;
  /** Its idempotency key, the same in every try. */
  key: string;
  /** The last answer's status; null without an answer. */
  status: number | null;
  /** Why it waits, in a word: `offline`, `timeout`, `lane-busy`, `server-busy`, `portal` and others. */
  reason: string | null;
  /** The body's content type; null without a body. */
  contentType: string | null;
  /** The body's length in bytes. */
  size: number;
  /** Only with `{ bodies: true }`; a Blob where it is larger than 4 MB. */
  body?: ArrayBuffer | Blob;
}

/** The queue in numbers; each write counts once. */
export interface QueueStatus {
  total: number;
  /** Not tried yet, or to be tried again. */
  waiting: number;
  sending: number;
  /** Sent, without an answer: sent again with the same key. */
  unknown: number;
  merging: number;
  conflict: number;
  dead: number;
  /** Behind one that is dead or in conflict, in its lane. */
  parked: number;
  /** Paused by a person, or behind one that is, in its lane. */
  paused: number;
  /** When the oldest was made, in ms since 1970; null where none is left. */
  oldest: number | null;
  /** The server answers, something has been due for more than a minute, and nothing is being sent. */
  stalled: boolean;
}

/** A conflict that waits for a person. JSON as values; what is no JSON as text; a side that has nothing is absent. */
export interface Conflict {
  id: string;
  method: string;
  /** Absolute. */
  url: string;
  /** What the page was looking at when it wrote. */
  base?: unknown;
  /** What the write would have made of it, as a whole. */
  mine?: unknown;
  /** What the server had when the write met it. */
  theirs?: unknown;
  /** Both, with theirs at the places of the clashes. */
  merged?: unknown;
  /** What `merged` has from where, by JSON pointer (RFC 6901). */
  report: readonly { at: string; took: "mine" | "theirs" | "both" | "chosen" }[];
  /** Where both have changed the same. In a list that is merged by key, an item is named by its key. */
  clashes: readonly { at: string; base?: unknown; mine?: unknown; theirs?: unknown }[];
}

/**
 * What a person decides: `"mine"` sends the write as it is, without its condition; `"theirs"` drops it; `choices` says it for each clash, and
 * sends what is merged then.
 */
export type Decision = "mine" | "theirs" | { choices: Record<string, "mine" | "theirs" | { value: unknown }> };

/** The stored answers. Rejects as the calls of `Queue` do; without a worker it does nothing. */
export interface Cache {
  /** Makes stored answers stale, by URL (resolved against the page) or by tag; the next request for them asks the network. */
  invalidate(what: string | URL | { urls?: readonly (string | URL)[]; tags?: readonly string[] }): Promise<void>;
}

/** Which events a handler wants: those about any of these. */
export interface Filter {
  /** Patterns as in the worker's routes: `/api/*`, `/users/:id`; the query counts only in a pattern with `?`. */
  urls?: readonly string[];
  /** Tags of the worker's routes, as filled in. Only `updated` events have tags. */
  tags?: readonly string[];
}

/** What every event has. Those of the worker carry its `origin` (one life of the worker), `seq` (from 1) and `at` (ms since 1970). */
interface Envelope<K extends string> {
  /** The version of the envelope. */
  v: 1;
  kind: K;
  origin?: string;
  seq?: number;
  at?: number;
}

/** An event about one write. */
interface WriteEvent<K extends string> extends Envelope<K> {
  /** As in `QueueItem`. */
  id: string;
  /** Absolute. */
  url: string;
}

/** A stored answer has changed, or must be read again. */
export interface Updated extends Envelope<"updated"> {
  /** Absolute; in a resync the pattern of the filter, or null for everything or for a tag. */
  url: string | null;
  /** The answer's tags; absent in a resync. */
  tags?: readonly string[];
  /** The new answer's ETag, if it has one. */
  etag?: string | null;
  /** Messages were missed: read again what `url` or `tag` names. */
  resync?: true;
  /** In a resync, the tag of the filter. */
  tag?: string;
}

/** The events by kind. */
export interface Events {
  updated: Updated;
  /** A write is stored and waits; the page that made it got 202. */
  queued: WriteEvent<"queued"> & { method: string; lane: string; reason: string };
  /** A write goes out; `attempt` counts from 1. */
  sending: WriteEvent<"sending"> & { method: string; lane: string; attempt: number };
  /** The server has taken a write. */
  settled: WriteEvent<"settled"> & { method: string; lane: string; status: number };
  /** A write failed for now. `at` is when it may be tried again; this page wakes the worker then. `status` is null without an answer. */
  retry: WriteEvent<"retry"> & { lane: string; at: number; status: number | null; reason: string | null };
  /** Someone wrote first, and both were merged as the route says; the write goes out again. `report` as in `Conflict`, without values. */
  merged: WriteEvent<"merged"> & { report: Conflict["report"] };
  /** What was made offline under the temporary id `id` (of its row in the queue) has this one now. See `creates` of mutation routes. */
  named: WriteEvent<"named"> & { name: string | number };
  /** 409 or 412: someone wrote first. The write is kept until a person decides. */
  conflict: WriteEvent<"conflict"> & { status: number };
  /** The server refused a write for good. It is kept to be seen. */
  dead: WriteEvent<"dead"> & { status: number | null; reason: string | null };
  /** The server answers, and what waits does not move. Told by this page to itself, at most every 90 s. */
  stalled: Envelope<"stalled"> & QueueStatus;
  /** Something was paused or goes on, in any tab: the ids that are paused, lanes as `lane:name`, everything as `all`. */
  paused: Envelope<"paused"> & { paused: string[] };
  /** A write was taken back. */
  discarded: WriteEvent<"discarded">;
  /** The server answers again, as judged from answers. */
  online: Envelope<"online">;
  /** The server does not answer. */
  offline: Envelope<"offline">;
  /** Messages were missed; comes before the resync of the `updated` handlers. */
  resync: Envelope<"resync"> & { reason: "gap" | "pageshow" };
  /** An entry of the precache list has come in or could not be had; of those that had to be fetched, at install or later. */
  precache: Envelope<"precache"> & { done: number; total: number; failed: number };
  /** An update is installed and waits; `skipWaiting()` lets it take over. Also told to handlers that come later. */
  waiting: Envelope<"waiting">;
  /** A tab wants to apply an update, which reloads this page: call `refuse()`, at once, to keep it as it is (a text half written). */
  update: Envelope<"update"> & { refuse(): void };
  /** A new version of the worker script was refused for its config; the old worker goes on. */
  "config-error": Envelope<"config-error"> & { message: string };
  /** A new version of the worker script could not be installed; the old worker goes on. */
  "install-error": Envelope<"install-error"> & { message: string };
  /** Every event. */
  "*": Events[Exclude<keyof Events, "*">];
}

/** A call to the worker that failed. */
export class LongshoreError extends Error {
  name: "LongshoreError";
  /**
   * - `unsupported`: there is no worker here.
   * - `no-worker`: its installation failed.
   * - `timeout`: it did not answer in time.
   * - `failed`: it answered with an error; `cause` has its `name` and `message`.
   */
  readonly code: "unsupported" | "no-worker" | "timeout" | "failed";
  constructor(code: LongshoreError["code"], message: string, cause?: unknown);
}
