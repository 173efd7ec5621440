// @ts-check
// Puts the page together: the store, the queue, the views, and the events that tell them to look again.

import { arrived, unknownWrite } from "./activity.js";
import { boardView } from "./board-view.js";
import { boardsView } from "./boards-view.js";
import { cardDialog } from "./card-dialog.js";
import { connect } from "./connection.js";
import { byId } from "./dom.js";
import { drawer } from "./drawer.js";
import { follow } from "./live.js";
import { describe } from "./op.js";
import { Outbox } from "./outbox.js";
import { prefetch, prefetchBoards } from "./prefetch.js";
import { start } from "./router.js";
import { Store } from "./store.js";
import { Sync } from "./sync.js";
import { toast } from "./words.js";

/** @typedef {import("./model.js").View} View */

/**
 * What every view is given.
 * @typedef {object} App
 * @property {Store} store
 * @property {Outbox} outbox
 * @property {Sync} sync
 * @property {Promise<import("./model.js").Longshore>} longshore
 */

const store = new Store();
const longshore = connect();
const outbox = new Outbox(store, longshore);
const sync = new Sync(store, outbox);
/** @type {App} */
const app = { store, outbox, sync, longshore };

const status = drawer(app);
/** @type {ReturnType<typeof boardsView> | ReturnType<typeof boardView> | null} */
let page = null;
/** @type {ReturnType<typeof cardDialog> | null} */
let dialog = null;
/** @type {View} */
let shown = { board: null, card: null };

/** @param {View} view */
function open(view) {
  const fresh = page === null || view.board !== shown.board;
  if (fresh) {
    page = view.board ? boardView(app, view.board) : boardsView(app);
    if (!view.board) document.title = "Quay";
    byId("main").replaceChildren(page.element);
    scrollTo(0, 0);
  }
  if (dialog && dialog.id !== view.card) {
    const { id } = dialog;
    dialog.close();
    dialog = null;
    /** @type {HTMLElement | null} */ (document.querySelector(`[data-card-id="${CSS.escape(id)}"] .card-open`))?.focus();
  }
  if (view.board && view.card && !dialog) {
    dialog = cardDialog(app, view.board, view.card);
    dialog.open();
  }
  shown = view;
  void sync.show(view);
}

store.subscribe(() => {
  page?.update();
  dialog?.update();
  status.update();
});

sync.onread = (/** @type {{missing: boolean, unreachable: boolean}} */ found) => {
  page?.onread(found);
  dialog?.onread(found);
  void readAhead();
};

/** Only through the worker: without one nothing would be kept. */
async function readAhead() {
  const { board } = shown;
  const { supported, ready } = await longshore;
  if (!supported || !(await ready) || document.documentElement.dataset["online"] !== "true") return;
  await prefetchBoards(board ? null : store.boards());
  if (board) await prefetch(board, store.cards(board) ?? []);
}

/** @param {boolean} online */
function showConnection(online) {
  const sign = byId("connection");
  sign.dataset["state"] = online ? "online" : "offline";
  const words = sign.querySelector(".connection-text");
  if (words) words.textContent = online ? "Online" : "Offline";
  document.documentElement.dataset["online"] = String(online);
}

const listenAgain = follow({
  onstate(online, again) {
    showConnection(online);
    if (!online) return;
    // The worker learns from the server's first sign of life that its queue can move.
    void longshore.then(({ supported, queue }) => (supported ? queue.flush() : undefined)).catch(console.error);
    if (again) sync.refresh();
  },
  onchange({ board }, mine) {
    const tell = mine ? longshore.then(({ cache }) => cache.invalidate({ tags: ["boards", `board:${board}`] })) : Promise.resolve();
    if (sync.shows(board)) void tell.catch(console.error).then(() => sync.refresh());
  },
});

void longshore.then((found) => {
  if (!found.supported) return;
  found.on("updated", ({ url, etag, resync }) => {
    if (resync || !url || sync.concerns(url, etag)) sync.refresh();
  });
  for (const kind of /** @type {const} */ (["queued", "sending", "retry"])) found.on(kind, () => sync.refreshRows());
  // A refusal means that the server has something else than is shown.
  for (const kind of /** @type {const} */ (["conflict", "dead", "discarded"])) found.on(kind, () => sync.refresh());
  found.on("settled", ({ id, method, url, at }) => {
    const op = store.rows.find((row) => row.id === id) ?? store.ops.find((local) => local.method === method && local.path === new URL(url, location.href).pathname) ?? unknownWrite(method, url);
    arrived({ id, text: describe(op, store.nameOf(op)), at: at ?? Date.now() });
    status.update();
    sync.refresh();
  });
  found.on("merged", ({ id }) => {
    const op = store.rows.find((row) => row.id === id);
    toast(`Someone else wrote as well${op ? ` in “${store.nameOf(op)}”` : ""}: both are in it.`);
    sync.refresh();
  });
  found.on("resync", () => sync.refresh());
  found.on("online", () => {
    showConnection(true);
    listenAgain();
  });
  found.on("offline", () => showConnection(false));
  // The first visit's own readings went past the worker; read again through it, so that they are kept.
  const first = !navigator.serviceWorker.controller;
  void found.ready.then(() => first && sync.refresh());
  sync.refreshRows();
}).catch(console.error);

// The hash is the address here, so the link cannot be one.
document.querySelector("[data-skip]")?.addEventListener("click", (event) => {
  event.preventDefault();
  byId("main").focus();
});

addEventListener("pageshow", (event) => {
  if (event.persisted) sync.refresh();
});

start(open);
