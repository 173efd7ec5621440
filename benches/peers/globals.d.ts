// What the bench defines while it bundles a peer's script: see `tests/e2e/src/bench/bundle.rs`.

/** The most entries that the peer is to keep; undefined for no limit. */
declare const MAX_ENTRIES: number | undefined;

/** The bytes of Longshore's memory tier; undefined for its default. */
declare const MEMORY: number | undefined;

/** How many files of `/precache/` are precached. */
declare const PRECACHED: number;

/** The built worker shell, `longshore-sw.js` of the dist/ that is measured. */
declare module "longshore/worker";

/** What `workbox-library.js` puts there. */
declare const workbox: {
  CacheFirst: typeof import("workbox-strategies").CacheFirst;
  clientsClaim: typeof import("workbox-core").clientsClaim;
  ExpirationPlugin: typeof import("workbox-expiration").ExpirationPlugin;
  registerRoute: typeof import("workbox-routing").registerRoute;
};
