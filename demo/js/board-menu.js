// @ts-check
// Renames or deletes a board, in one small dialog.

import { confirm } from "./confirm.js";
import { h, icon } from "./dom.js";
import { excuse } from "./outbox.js";
import { link } from "./router.js";
import { toast } from "./words.js";

/** The button that opens it. @param {import("./main.js").App} app @param {string} id */
export function boardMenu({ store, outbox }, id) {
  const input = h("input", { id: "board-rename", required: true, maxlength: 120, autocomplete: "off", "data-testid": "board-rename" });
  const dialog = h("dialog", { class: "small", "aria-labelledby": "board-menu-title", "data-testid": "board-menu", onclose: () => dialog.remove() },
    h("form", { method: "dialog", onsubmit: rename },
      h("h2", { id: "board-menu-title" }, "This board"),
      h("label", { for: "board-rename" }, "Name"), input,
      h("div", { class: "row end" },
        h("button", { class: "button quiet danger", type: "button", onclick: remove, "data-testid": "board-delete" }, icon("trash"), "Delete"),
        h("span", { class: "gap" }),
        h("button", { class: "button", type: "button", onclick: () => dialog.close() }, "Cancel"),
        h("button", { class: "button primary", "data-testid": "board-rename-submit" }, "Rename"))));

  function open() {
    input.value = store.board(id)?.title ?? "";
    document.body.append(dialog);
    dialog.showModal();
  }

  function rename() {
    const title = input.value.trim();
    if (title && title !== store.board(id)?.title) outbox.renameBoard(id, title).catch(complain);
  }

  async function remove() {
    const title = store.board(id)?.title ?? "";
    if (!(await confirm(`Delete “${title}” and all its cards?`, "Delete board"))) return;
    dialog.close();
    location.hash = link();
    outbox.deleteBoard(id).catch(complain);
  }

  /** @param {unknown} error */
  const complain = (error) => toast(excuse(error), "bad");

  return h("button", { class: "button quiet", type: "button", onclick: open, "aria-haspopup": "dialog", "data-testid": "board-menu-open" }, "Edit board");
}
