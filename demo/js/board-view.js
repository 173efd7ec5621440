// @ts-check
// One board: its columns and cards, the form for a new card, and the keys that move one.

import { cardTile } from "./card-tile.js";
import { boardMenu } from "./board-menu.js";
import { h, icon, keep } from "./dom.js";
import { draggable } from "./drag.js";
import { moveDialog } from "./move-dialog.js";
import { excuse } from "./outbox.js";
import { between, columnOf, move } from "./place.js";
import { link } from "./router.js";
import { announce, toast } from "./words.js";

/** @typedef {import("./model.js").ColumnId} ColumnId */

/** @param {import("./main.js").App} app @param {string} id */
export function boardView(app, id) {
  const { store, outbox } = app;
  const title = h("h1", { "data-testid": "board-title" });
  const tabs = h("nav", { class: "tabs", "aria-label": "Columns" });
  const columns = h("div", { class: "columns", "data-testid": "columns" });
  const note = h("p", { class: "loading" }, "Opening…");
  const element = h("div", { class: "board", "data-testid": "board", "data-board-id": id },
    h("div", { class: "board-head" },
      h("a", { class: "button icon-only quiet", href: link(), "aria-label": "All boards", title: "All boards" }, icon("back")), title, boardMenu(app, id)),
    tabs, note, columns);

  /** @type {Map<ColumnId, ReturnType<typeof column>>} */
  const made = new Map();

  /** @param {{id: ColumnId, title: string}} what */
  function column({ id: name, title: text }) {
    const count = h("span", { class: "column-count", "data-testid": "column-count" });
    const list = h("ul", { class: "cards", "data-column": name, "data-testid": `cards-${name}`, "aria-label": text });
    const input = h("input", { id: `new-card-${name}`, required: true, maxlength: 200, autocomplete: "off", placeholder: "Add a card", "aria-label": `New card in ${text}`, "data-testid": "new-card-title" });
    const section = h("section", { class: "column", "data-testid": "column", "data-column": name, "aria-label": text },
      h("h2", {}, text, count), list,
      h("form", { class: "new-card", onsubmit: create }, input, h("button", { class: "button icon-only", "aria-label": `Add the card to ${text}`, "data-testid": "new-card-submit" }, icon("plus"))));
    const tab = h("button", { type: "button", class: "tab", "data-testid": `tab-${name}`, onclick: () => columns.scrollTo({ left: section.offsetLeft - columns.offsetLeft - parseFloat(getComputedStyle(columns).paddingLeft) }) }, text, h("span", { class: "column-count" }));

    /** @param {SubmitEvent} event */
    async function create(event) {
      event.preventDefault();
      const words = input.value.trim();
      if (!words) return;
      input.value = "";
      const mine = columnOf(store.cards(id) ?? [], name);
      const { done } = outbox.createCard(id, { title: words, column: name, position: between(mine, mine.length) });
      list.lastElementChild?.scrollIntoView({ block: "nearest" });
      await done.catch((error) => {
        input.value ||= words;
        toast(excuse(error), "bad");
      });
    }
    columns.append(section);
    tabs.append(tab);
    watch.observe(section);
    return { list, count, tab, section };
  }

  // On a phone one column fills the screen; its tab is the current one.
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const tab = made.get(/** @type {ColumnId} */ (/** @type {HTMLElement} */ (target).dataset["column"]))?.tab;
      if (isIntersecting) tab?.setAttribute("aria-current", "true");
      else tab?.removeAttribute("aria-current");
    }
  }, { root: columns, threshold: 0.6 });

  /** @param {string} card @param {{column: string, index: number}} to */
  async function put(card, to) {
    const cards = store.cards(id) ?? [];
    const moved = cards.find((other) => other.id === card);
    if (!moved) return;
    try {
      const going = move(outbox, cards, moved, to);
      const name = store.board(id)?.columns?.find((other) => other.id === to.column)?.title ?? to.column;
      announce(`“${moved.title}” is in ${name}, place ${to.index + 1}.`);
      await going;
    } catch (error) {
      toast(excuse(error), "bad");
    }
  }

  const chooser = moveDialog(put);
  draggable(columns, put);

  columns.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest(".card-move");
    const card = button?.closest("[data-card-id]")?.getAttribute("data-card-id");
    const cards = store.cards(id);
    const found = cards?.find((other) => other.id === card);
    if (cards && found) chooser.open(found, cards, store.board(id)?.columns ?? []);
  });

  // Shift with an arrow moves the focused card; the dialog of its button does the same without a chord.
  columns.addEventListener("keydown", (event) => {
    const card = /** @type {Element} */ (event.target).closest("[data-card-id]")?.getAttribute("data-card-id");
    if (!card || !event.shiftKey || !event.key.startsWith("Arrow")) return;
    const cards = store.cards(id) ?? [];
    const moved = cards.find((other) => other.id === card);
    if (!moved) return;
    event.preventDefault();
    const names = [...made.keys()];
    const index = columnOf(cards, moved.column).indexOf(moved);
    const sideways = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    const down = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    const target = names[names.indexOf(moved.column) + sideways];
    if (!target) return;
    const most = columnOf(cards, target, card).length;
    const to = { column: target, index: sideways ? Math.min(index, most) : index + down };
    if (to.index < 0 || to.index > most) return;
    void put(card, to);
    queueMicrotask(() => /** @type {HTMLElement | null} */ (columns.querySelector(`[data-card-id="${CSS.escape(card)}"] .card-open`))?.focus());
  });

  function update() {
    const board = store.board(id);
    const cards = store.cards(id);
    title.textContent = board?.title ?? "";
    if (board) document.title = `${board.title} · Quay`;
    note.hidden = Boolean(board && cards);
    columns.hidden = tabs.hidden = !board;
    for (const what of board?.columns ?? []) {
      const view = made.get(what.id) ?? column(what);
      made.set(what.id, view);
      const mine = columnOf(cards ?? [], what.id);
      view.count.textContent = String(mine.length);
      view.tab.lastElementChild?.replaceChildren(String(mine.length));
      view.section.classList.toggle("is-empty", mine.length === 0);
      keep(view.list, mine, (card) => card.id, cardTile);
    }
  }

  /** @param {{missing: boolean, unreachable: boolean}} found */
  function onread({ missing, unreachable }) {
    if (store.board(id)) return;
    if (missing) note.textContent = "This board does not exist, or was deleted.";
    else if (unreachable) note.textContent = "This board was never opened on this device, and there is no connection now.";
  }

  update();
  return { element, update, onread };
}
