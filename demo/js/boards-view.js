// @ts-check
// The first page: all boards, and a form for a new one.

import { badge } from "./badge.js";
import { h, icon, keep } from "./dom.js";
import { excuse } from "./outbox.js";
import { link } from "./router.js";
import { ago, many, toast } from "./words.js";

/** @param {import("./main.js").App} app */
export function boardsView({ store, outbox }) {
  const list = h("ul", { class: "boards", "data-testid": "board-list" });
  const input = h("input", { id: "new-board", name: "title", required: true, maxlength: 120, autocomplete: "off", placeholder: "Spring release", "data-testid": "new-board-title" });
  const form = h("form", { class: "new-board", onsubmit: create },
    h("label", { for: "new-board" }, "New board"),
    h("div", { class: "row" }, input, h("button", { class: "button primary", "data-testid": "new-board-submit" }, icon("plus"), "Create")));
  const note = h("p", { class: "loading" }, "Opening…");
  const element = h("div", { class: "home", "data-testid": "home" },
    h("h1", {}, "Boards"),
    h("p", { class: "lead" }, "Work on them anywhere. What you do without a network is kept here and sent when there is one."),
    note, list, form);

  /** @param {SubmitEvent} event */
  async function create(event) {
    event.preventDefault();
    const title = input.value.trim();
    if (!title) return;
    input.value = "";
    const { id, done } = outbox.createBoard(title);
    location.hash = link(id);
    await done.catch((error) => {
      input.value ||= title;
      toast(excuse(error), "bad");
      location.hash = link();
    });
  }

  function update() {
    const boards = store.boards();
    note.hidden = Boolean(boards?.length);
    note.textContent = boards ? "No boards yet. Make the first one." : "Opening…";
    keep(list, boards ?? [], (board) => board.id, (board) => h("li", {},
      h("a", { class: "board-tile", href: link(board.id), "data-testid": "board-link", "data-board-id": board.id },
        h("h2", {}, board.title),
        h("p", { class: "fine" }, many(board.cards ?? 0, "card"), " · ", ago(board.updatedAt)),
        badge(board.mark))));
  }

  /** @param {{unreachable: boolean}} found */
  function onread({ unreachable }) {
    if (unreachable && !store.boards()) note.textContent = "The boards were never opened on this device, and there is no connection now.";
  }

  update();
  return { element, update, onread };
}
