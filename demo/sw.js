// The worker of the board. Everything it does is said here; Longshore does it.
/* global longshore */
importScripts("/longshore/longshore-sw.js");

longshore.start({
  routes: [
    // A photo opened in its own tab has a page of its own to fall back to; every other address is the board itself.
    { match: "/api/*", mode: "navigate", strategy: "network-first", timeout: "3s", fallback: "/offline.html" },
    { mode: "navigate", strategy: "network-first", timeout: "3s", fallback: "/index.html" },

    // Photos never change. Everything else of a board does, in other people's hands: the network first, briefly.
    { match: "/api/boards/:board/cards/:card/attachments/:id", strategy: "cache-first", maxEntries: 400, maxAge: "60d", tags: ["photos"] },
    { match: "/api/boards", strategy: "network-first", timeout: "2s", tags: ["boards"], expects: "application/json" },
    { match: "/api/boards/*", strategy: "network-first", timeout: "2s", maxEntries: 3000, tags: ["board:{path[2]}"], expects: "application/json" },
    // `/api/events` is in no route: an event stream is not to be touched.

    { match: ["/js/*", "/css/*", "/icons/*", "/manifest.webmanifest", "/longshore/client.js"], strategy: "stale-while-revalidate", tags: ["app"] },
  ],

  mutations: [
    // A board made offline and what is done on it go out in one order, or its cards would arrive before it.
    { match: "/api/boards", lane: "new-boards", invalidates: ["boards"], expects: "application/json" },
    {
      match: ({ url, request }) => url.pathname.startsWith("/api/boards/") && request.headers.has("x-new-board"),
      lane: "new-boards", invalidates: ["boards", "board:{path[2]}"], expects: "application/json",
    },
    // What somebody has written is joined with what others write meanwhile, notes line by line; who has changed the same is asked. Where a
    // card lies is not worth a question.
    {
      match: ({ url, request }) => url.pathname.startsWith("/api/boards/") && request.headers.has("x-words"),
      lane: "{path[2]}", invalidates: ["boards", "board:{path[2]}"], expects: "application/json", conflict: { text: ["/text"] },
    },
    // Else one board's writes stay in order, and boards do not wait for each other.
    { match: "/api/boards/*", lane: "{path[2]}", invalidates: ["boards", "board:{path[2]}"], expects: "application/json" },
  ],

  precache: [
    "/index.html", "/offline.html", "/manifest.webmanifest", "/longshore/client.js",
    "/css/base.css", "/css/board.css", "/css/dialogs.css", "/icons/icon.svg",
    "/js/activity.js", "/js/api.js", "/js/badge.js", "/js/board-menu.js", "/js/board-view.js", "/js/boards-view.js",
    "/js/card-dialog.js", "/js/card-tile.js", "/js/comments.js", "/js/conflict.js", "/js/confirm.js", "/js/connection.js", "/js/dom.js",
    "/js/drag.js", "/js/drawer.js", "/js/live.js", "/js/main.js", "/js/move-dialog.js", "/js/multipart.js", "/js/op.js",
    "/js/outbox.js", "/js/overlay.js", "/js/photos.js", "/js/place.js", "/js/prefetch.js", "/js/router.js",
    "/js/shrink.js", "/js/store.js", "/js/sync.js", "/js/words.js",
  ],
});
