// Types of `longshore-sw.js`, the worker's side of Longshore, and its documentation.
//
// In a worker script, for completion and checks in an editor:
//   /// <reference path="./longshore/longshore-sw.d.ts" />
//   importScripts("/longshore/longshore-sw.js");
//   longshore.start({ routes: [{ match: "/api/*", strategy: "stale-while-revalidate" }] });

/** What `importScripts("/longshore/longshore-sw.js")` adds to the worker. */
declare const longshore: Longshore.Api;

/** Made by the works script; called once, with what the shell has. Not for apps. */
declare var __longshoreWorks: undefined | ((shell: any) => any);

/** Made by the works script too; calling it gives a fresh instance of the engine's module. Not for apps. */
declare var __longshoreGlue: undefined | (() => any);

/** Likewise, of the desk's module. Not for apps. */
declare var __longshoreDesk: undefined | (() => any);

/** Made by a third script, where the config wants what is in it. Not for apps. */
declare var __longshoreMore: undefined | ((parts: any) => any);

/** Made by the safety script, for the kill switch. Not for apps. */
declare var __longshoreLeave: undefined | (() => Promise<void>);

declare namespace Longshore {
  /** The worker's API. */
  interface Api {
    /**
     * Gives the worker its config. Call it once, at the top level of the worker script, right after `importScripts`: browsers
     * accept listeners and decisions only from the script's first run.
     *
     * Never throws. A config that cannot work fails the worker's installation, so that it never replaces a working worker; the reason
     * is on the worker's console and in the rejection of the page's `register()`, with path, expected and got:
     * `routes[2].timeout: expected a duration such as "3s", got 3`.
     */
    start(config: Config): void;
    /** The version of Longshore, such as `0.1.0`. */
    readonly version: string;
  }

  /** Everything `start()` takes; every part may be left out. Unknown options are errors, told by the engine during install. */
  interface Config {
    /** How requests are served. The first route whose conditions all hold takes a request; without one the browser handles it. */
    routes?: readonly Route[];
    /** Which writes are queued when they cannot be sent. Looked at before `routes`. */
    mutations?: readonly Mutation[];
    /**
     * URLs stored while the worker installs, six at a time; the installation fails without them, but for those of the group `"optional"`.
     * They are served where no route takes the request. A text is a URL that the server is asked about with each version of the worker
     * script; `revision` says when it has to be.
     *
     * What Workbox's tools put in place of `self.__WB_MANIFEST` is taken as it is: paths may be relative to the worker script, and an entry
     * may occur twice.
     *
     * What is stored already is not fetched again: an installation that was cut off goes on where it was. What the browser has removed is
     * fetched again when the worker starts. A tab that was open before an update keeps what the version before has precached, for as long
     * as it lives.
     */
    precache?: readonly (string | Precached)[];
    /** Names of caches that libraries before Longshore left, with `*`; deleted once this worker is active. Example: `["workbox-*"]`. */
    cleanup?: readonly string[];
    /** Where dist/ is served. Default: `"/longshore/"`. */
    base?: string;
    /** Takes over from an older worker at once instead of when its last page is closed. Default: false. */
    skipWaiting?: boolean;
    /** Whether pages may hand over the URLs that they loaded before the worker was there; routes decide what is stored. Default: true. */
    warm?: boolean;
    /** The most writes that may wait; a further one is answered with 507. Default: the engine's. */
    maxPending?: number;
    /** The most bytes that the bodies of waiting writes may have together; likewise. Default: as much as the browser lets us store. */
    maxPendingBytes?: number;
    /** How many requests of the queue may be open at once. Default: 4; a browser opens six to an HTTP/1.1 host. What a page sends is not held back. */
    parallel?: number;
    /**
     * Who is there now, as a text of the app's (a user's id); asked in the worker. A write belongs to who made it and is sent while the same is
     * there only; others wait. Default: nobody is told apart.
     */
    identity?: () => string | null | undefined | Promise<string | null | undefined>;
    /**
     * Query parameters that do not count when a precached URL is looked for, `*` standing for any run. Default: `["utm_*", "fbclid"]`
     * (Workbox precaching's `ignoreURLParametersMatching`).
     */
    ignoreParams?: readonly string[];
    /**
     * The precached file that answers for a folder: `/docs/` gets `/docs/index.html`. `false`: none. Default: `"index.html"` (Workbox
     * precaching's `directoryIndex`).
     */
    directoryIndex?: string | false;
    /** Whether `/about` gets the precached `/about.html`. Default: true (Workbox precaching's `cleanURLs`). */
    cleanURLs?: boolean;
    /**
     * A path on the own origin that takes Longshore off the site, such as `"/longshore-kill.json"`. It is asked for at install, and then
     * when the worker starts, at most every 10 minutes and behind any answer. A 200 with the JSON `{"off": true}` has the worker remove what
     * it stored, unregister, and reload its pages; writes that were never sent are kept. Any other answer, and none, says nothing. Needs
     * `longshore-off.js` beside `longshore-sw.js`. Default: none.
     */
    killSwitch?: string;
    /** Bytes of stored answers that the worker keeps in memory, each at most an eighth; 0 keeps none. Default: 16777216 (16 MB). */
    memory?: number;
    /**
     * How much is stored in all, what is precached not counted. Beyond it go first answers that are too old to be used (`maxAge`), then by
     * `priority` those that were unused the longest. Default: no limit of our own; a full disk does the same.
     */
    limits?: Limits;
  }

  /** How much is stored. When a limit is passed, a sixteenth more is freed. */
  interface Limits {
    /** How many answers. Default: no limit. */
    maxEntries?: number;
    /** How many bytes their bodies have together. Default: no limit. */
    maxBytes?: number;
    /** How many bytes one body may have; a longer one is not stored. Default: `maxBytes`. */
    maxEntryBytes?: number;
  }

  /** A URL stored at install. */
  interface Precached {
    /** On the own origin; resolved against the worker script. */
    url: string;
    /** Changes when the content does; `null` where the URL itself does, as with a hash in its name: browsers with static routing serve it without the worker. Default: the server is asked at install. */
    revision?: string | null;
    /**
     * As in HTML: `sha256-…` (W3C Subresource Integrity). What comes without it is fetched past the browser's cache, then, under a parameter
     * of our own (`longshore-past-caches`), past all others; then it counts as not to be had.
     */
    integrity?: string;
    /**
     * `"critical"`: without it the installation fails. `"optional"`: fetched once the worker is active, and again when it starts for as long
     * as it is missing. Default: `"critical"`.
     */
    group?: "critical" | "optional";
  }

  /**
   * A time: a number with its unit, such as `"300ms"`, `"3s"`, `"5m"`, `"24h"`, `"7d"`. Bare numbers are errors.
   */
  type Duration = `${number}${"ms" | "s" | "m" | "h" | "d"}`;

  /**
   * Which URLs.
   *
   * A pattern is a small subset of URLPattern's syntax (https://urlpattern.spec.whatwg.org), with the same meaning:
   * - `/api/*` is compared with the path of own-origin URLs, `https://cdn.example/*` with whole URLs of any origin;
   * - `*` is any run of characters, also none and also with slashes (`/api/*` takes `/api/`, not `/api`);
   * - `:name` is one segment, as in `/users/:id`;
   * - the query is looked at only if the pattern has a `?`, as in `/search?q=*`.
   * Groups, regular expressions and modifiers are errors. Patterns are written as URLs are: percent-encoded.
   *
   * A list takes what any of its patterns takes. A function takes what it returns true for.
   */
  type Match = string | readonly string[] | Matcher;

  /**
   * A function of the app that looks at a request. It must answer at once, may not read the body, and is asked about requests of all
   * origins, last of the route's conditions. One that throws, or returns a promise, takes nothing.
   */
  type Matcher = (context: {
    url: URL;
    /** In `match()` and for URLs handed over by pages (`warm`), an object with the fields of `RequestLike`. */
    request: Request;
    /** Whether the URL is of the worker's origin. */
    sameOrigin: boolean;
  }) => boolean;

  /**
   * Who is asked first.
   * - `cache-first`: a fresh stored answer without any network, else the network.
   * - `network-first`: the network; the stored answer when it fails or takes longer than `timeout`.
   * - `stale-while-revalidate`: the stored answer at once; a stale one is renewed behind it, and `updated` tells the tabs.
   * - `network-only`: the network; nothing is stored. Without `fallback` the browser handles it as if there were no worker.
   * - `cache-only`: what is stored, however old.
   *
   * Fresh and stale are HTTP's (RFC 9111) unless `staleTime` says otherwise. With `respect: "http"` the strategies that store are one:
   * header fields alone say what is stored, used, used stale or asked about.
   */
  type Strategy = "cache-first" | "network-first" | "stale-while-revalidate" | "network-only" | "cache-only";

  /**
   * How some requests are served. All conditions that are given must hold.
   *
   * Whatever the routes say, these are never taken: event streams (`Accept: text/event-stream`), `only-if-cached` requests of another mode
   * than `same-origin`, requests for parts (Range, RFC 9110) that are not GET or whose route stores nothing, and URLs of another origin
   * that no pattern or function names.
   */
  interface Route extends Limits {
    /** Which URLs. Default: all of the own origin. */
    match?: Match;
    /** GET, HEAD, and with `key` POST. Default: GET and HEAD. */
    method?: string | readonly string[];
    /**
     * Reads by POST, such as searches and GraphQL queries: what tells one answer from another beside the URL. `"body"` is the whole body (its
     * SHA-256), `"operation"` GraphQL's `operationName` and `variables` (the body where it has none). HTTP lets no POST be answered from a store
     * (RFC 9110, 9.3.3), so this is the app's word that its POSTs here are reads; GraphQL mutations and subscriptions are known by their text
     * and go to the network. No mutation route may want a POST to the same URLs.
     */
    key?: "body" | "operation";
    /** Fetch's destinations, such as `"image"`; `""` is a plain `fetch()`. Default: any. */
    destination?: string | readonly string[];
    /** Fetch's modes, such as `"navigate"`. Default: any. */
    mode?: string | readonly string[];
    /** Header fields that must be there: with exactly this value, or with any (`true`). */
    header?: { readonly [name: string]: string | true };
    strategy: Strategy;
    /** network-first: how long the network may take while a stored answer stands by. Default: as long as it likes. */
    timeout?: Duration;
    /** How long a stored answer is fresh, whatever its own fields say. Default: they decide. */
    staleTime?: Duration;
    /**
     * Who says how stored answers are used: the route's strategy and times, or, with `"http"`, the header fields of answer and request,
     * to the letter (RFC 9111, RFC 5861, RFC 8246). Default: `"route"`.
     */
    respect?: "route" | "http";
    /** When a stored answer is too old to be used at all. Default: never. */
    maxAge?: Duration;
    /** Whether its answers go before (`"low"`) or after (`"high"`) those of other routes when there is no room for all. Default: neither. */
    priority?: "low" | "high";
    /** Names to invalidate its answers by; may contain `{path}`, `{path[n]}` (segment, from 0), `{origin}`, `{method}`. */
    tags?: readonly string[];
    /** One stored answer for all queries. Default: false. */
    ignoreSearch?: boolean;
    /**
     * Query parameters that do not count when a stored answer is looked for, `*` standing for any run, such as `["utm_*", "fbclid"]`; the
     * server is asked with them. Names are compared as they are written in the URL. Default: none.
     */
    ignoreParams?: readonly string[];
    /**
     * Whether its bodies are compressed at rest (gzip, by the browser's CompressionStream): slower to store and to read, less of the disk. Only
     * what is smaller by a tenth then, has 512 bytes or more, and 4 MB at most, is packed; limits count what it holds. Default: false.
     */
    gzip?: boolean;
    /**
     * Keeps opaque answers too: those of other origins without CORS, as to `<img>` and `<script>`. They lie in Cache Storage and go out again to
     * `no-cors` requests only; they count in `maxEntries`. Nothing of them can be read, so an error is kept like a success (let a strategy ask
     * again), and a browser may count each as several megabytes of the quota, whatever its size: set `maxEntries`. Not with `respect: "http"`.
     * Default: false, they are passed through.
     */
    storeOpaque?: boolean;
    /** Content types it stores, such as `"application/json"` or `"image/*"`. Default: what the URL's ending suggests. */
    expects?: string | readonly string[];
    /** The page to show when neither network nor store has an answer. It must be precached. Default: none. */
    fallback?: string;
  }

  /**
   * Writes that are kept and sent later when they cannot be sent now.
   *
   * The page gets the server's answer, or 202 with `Longshore-Queued: <id>` and `Longshore-Reason`; 507 (storage is full) and 503 (the
   * worker failed) mean that nothing was kept (RFC 9457 problem details). A page's abort does not withdraw a write: `queue.discard` does.
   */
  interface Mutation {
    /** Which URLs. Required. */
    match: Match;
    /** POST, PUT, PATCH, DELETE, or any other method that is no read (RFC 9110, 9.1), such as MKCOL. Default: the first four. */
    methods?: string | readonly string[];
    /**
     * Writes of one lane are sent one after another, lanes beside each other. A template as in `tags`, a header field, a JSON pointer into the
     * body (JSON, to 4 MB), or a function that names it within 2 s. Where that gives nothing: the path. Default: `"{path}"`.
     */
    lane?: string | { header: string } | { body: string } | ((write: { method: string; url: string; headers: Headers; body: any }) => string | undefined | Promise<string | undefined>);
    /** Tags that become stale once the write is settled, beside its URL and the parent collection. Templates. */
    invalidates?: readonly string[];
    /** How long the server may take before the page gets 202. Default: `"10s"`. */
    timeout?: Duration;
    /** What the page gets for 408, 425, 429 and 5xx: 202 while we try again, or the answer, and no more tries. Default: `"queue"`. */
    onRetryable?: "queue" | "answer";
    /**
     * The field of the idempotency key (draft-ietf-httpapi-idempotency-key-header; an unquoted UUID). Default: `Idempotency-Key` on the own
     * origin and none elsewhere, where it forces a CORS preflight. `false`: none anywhere.
     */
    idempotencyHeader?: string | false;
    /** Content types of a true answer; others are taken for a captive portal's page. Default: any but an HTML page nobody asked for. */
    expects?: string | readonly string[];
    /** Queues form navigations too; the browser is sent to `redirect` (303) once the write is kept. Without it they are left alone. */
    forms?: { redirect: string };
    /**
     * Who wins when somebody else wrote first (409, 412). With any of these, what is stored of the resource (the answer to a GET of the same
     * URL, by a route) is kept with the write as its base, and its strong ETag is sent as `If-Match` where the app sends none (RFC 9110,
     * 13.1.1).
     *
     * - `"merge"`: base, mine and theirs are merged field by field (JSON), and sent again; where both have changed the same, a person is asked.
     *   Of a PATCH, mine is the base with its body as a merge patch (RFC 7396). An object says more of some fields, each by its JSON pointer
     *   (RFC 6901, in which `*` is any segment): `lists` are merged as a `"set"`, or item by item with the member that items are known by;
     *   of `counters` both differences count; `text` is merged line by line.
     * - `"manual"`: kept beside what the server has, for a person to decide (`queue.conflict()`, `queue.resolve()`).
     * - `"server-wins"`: the write is dropped, and `discarded` is told.
     * - `"client-wins"`: it is sent again without its condition; if it had none, a person is asked.
     * - A function gives what is to be written, as a whole; `undefined` has a person asked.
     *
     * A page that waits for its write gets 202 with the reason `conflict`, but for `"server-wins"`. Default: it gets the server's answer, and a
     * write that is replayed is kept for a person.
     */
    conflict?: "merge" | "manual" | "server-wins" | "client-wins" | MergeRules | ((sides: Sides) => unknown);
    /**
     * What a write that waits makes of what is read, until the server has settled it: every GET of it shows that, in every tab, offline and
     * after a reload, with `Longshore-Unsent: <writes>` among its fields (and without ETag and the like, which would not be true of it). JSON
     * only. What the server refuses for good, or is discarded, is shown no more, and the rest stays.
     *
     * - `true`: by the habits of REST. A POST adds its body to the list of its URL; PUT, PATCH (RFC 7396) and DELETE are about their URL, and
     *   about that item of the list above it.
     * - `{at, key}`: the same, for lists that lie deeper in their answer (a JSON pointer such as `"/items"`) or whose items are not known by `id`.
     * - A list says it all: see `Layer`.
     *
     * Default: none; reads show what the server has said.
     */
    optimistic?: true | { at?: string; key?: string } | readonly Layer[];
    /**
     * For writes that make something (POST): where the answer says its id, as a JSON pointer; `true` is `"/id"`. Made offline, it goes by a
     * temporary id, the one of `Longshore-Queued`: the 202's body is what was sent, with that id in it where the app gave none. Later writes
     * whose URL or body (JSON, text or urlencoded, to 1 MB; no multipart) carry it wait behind it, in its lane in place of their route's, and
     * are sent with the real id in its place, as what `fetch` reads is; `named` tells every tab. Should it be discarded, or made without an
     * id, those with it in their URL are kept as `dead`. The real id is remembered for 30 days. Default: none.
     */
    creates?: true | string;
    /**
     * Gives the header fields that show who writes, such as `{ authorization: "Bearer …" }`, each time one is sent; `expired` after a 401, once
     * for all that meet one. Nothing (or an error) means that there are none now: the writes of this identity wait. With it the page's own
     * `Authorization` is not stored. Default: a write is sent with the fields that its page gave it.
     */
    authorize?: (write: { method: string; url: string; expired: boolean }) => Record<string, string> | undefined | Promise<Record<string, string> | undefined>;
    /**
     * Sends writes of one lane that wait together in one request, to an endpoint of the own origin that speaks OData's JSON batch format (OData
     * 4.01, JSON Format, 19; Microsoft Graph's `$batch` does): `{"requests": [{"id", "method", "url", "headers", "body", "dependsOn"}]}` is answered
     * with `{"responses": [{"id", "status", "headers", "body"}]}`. Each has its own idempotency key, and goes by its own answer; 424 has it wait for
     * the one before. At most `maxItems` writes (default 20) and `maxBytes` bytes of bodies (262144) at once; only JSON and text, nothing under
     * a condition (`If-…`), and as long as the next in line has the same endpoint, identity and credentials. An endpoint that answers a batch with 4xx (but 401, 408,
     * 425, 429) is left alone until the worker's next start. Default: each goes by itself.
     */
    batch?: { url: string; maxItems?: number; maxBytes?: number };
    /**
     * Makes one write of two that are about the same URL while neither was sent and nothing else is behind the first in its lane. PUT and PATCH (a
     * merge patch, RFC 7396; JSON) become part of an insert (a POST with `creates`) or update that waits: the page gets 202 with the first one's id
     * and the reason `coalesced`; its own header fields and idempotency key are not used. A PUT takes the place of a PATCH, and a DELETE of either. A DELETE of
     * what was never sent removes that, and gets 204. Nothing under a condition (`If-…`), of another identity, or with another `Authorization`. Default: false, each write is sent.
     */
    coalesce?: boolean;
    /**
     * How long the server's answers are kept for `queue.answer(id)`, up to 1 MB each, HTML left out. Any page of the origin that knows the id can read
     * them, whoever is there. Default: they are not.
     */
    keepAnswers?: Duration;
    /** Whether its lanes come before (`"high"`) or after (`"low"`) others when more is due than is sent at once. Default: neither. */
    priority?: "low" | "high";
    /** How long a write may wait. Then it is kept as `dead`, for the app to retry or discard. Default: for ever. */
    maxAge?: Duration;
    /** How often a write is sent again after passing trouble; then likewise. Default: for ever. */
    retries?: number;
    /** The longest wish of a server's Retry-After (RFC 9110, 10.2.3) that is granted. Default: `"24h"`. */
    maxRetryAfter?: Duration;
  }

  /** How fields are merged. Default: the side that has changed it; lists as one value. */
  interface MergeRules {
    lists?: Record<string, string>;
    counters?: readonly string[];
    text?: readonly string[];
  }

  /** How a write lies over a resource; what does not fit (no such list or item) is left as it is. */
  interface Layer {
    /** Which resource, by URL: a template as for `lane`. Without a query it means any. */
    url?: string;
    /** Or every resource whose route gives it this tag; a template too. */
    tag?: string;
    /**
     * `"append"` and `"prepend"` put the body into a list, `"merge"` applies it as a merge patch (RFC 7396), `"replace"` puts it in the place of
     * the item or the whole, `"remove"` takes that away. A function gives the resource anew within 2 s; `undefined` leaves it.
     */
    how: "append" | "prepend" | "merge" | "replace" | "remove" | ((write: { resource: any; body: any; method: string; url: string }) => unknown);
    /** Where in the resource, a JSON pointer (RFC 6901). Default: the whole. */
    at?: string;
    /** The member that a list's items are known by. Default: `"id"`. */
    key?: string;
    /** Which item of a list: a template. Default: the last segment of the write's path; of what is added, what the body says, else the id of the queue's row. */
    id?: string;
  }

  /** What three hold; a side that has nothing is undefined. */
  interface Sides {
    /** What the page was looking at. */
    base?: any;
    /** What the write would have made of it. */
    mine?: any;
    /** What the server has. */
    theirs?: any;
  }
}
