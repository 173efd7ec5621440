// @ts-check
// The dialog of one card: its words, column, photos and comments.
// A draft is never overwritten by what arrives meanwhile; a refused one is shown beside what the other person wrote.

import { ApiError, paths, read } from "./api.js";
import { badge } from "./badge.js";
import { commentsPart } from "./comments.js";
import { confirm } from "./confirm.js";
import { conflictPart } from "./conflict.js";
import { h, icon } from "./dom.js";
import { excuse } from "./outbox.js";
import { photosPart } from "./photos.js";
import { columnOf, move } from "./place.js";
import { link } from "./router.js";
import { announce, toast } from "./words.js";

/** @typedef {import("./model.js").Card} Card */

/** @param {import("./main.js").App} app @param {string} board @param {string} id */
export function cardDialog(app, board, id) {
  const { store, outbox } = app;
  /** The words as they were when the person began to change them. */
  let base = { title: "", text: "", version: 0 };

  const title = h("textarea", { class: "title-input", rows: 1, required: true, maxlength: 200, "aria-label": "Title", "data-testid": "card-title", oninput: onedit });
  const text = h("textarea", { id: "card-text", rows: 3, placeholder: "What is to be done?", "data-testid": "card-text", oninput: onedit });
  const save = h("button", { class: "button primary", type: "submit", "data-testid": "card-save" }, "Save");
  const revert = h("button", { class: "button quiet", type: "button", onclick: forget, "data-testid": "card-revert" }, "Undo");
  const saving = h("div", { class: "row end save-row" }, revert, save);
  const column = h("select", { id: "card-column", onchange: moveTo, "data-testid": "card-column" });
  const state = h("span", { class: "card-state" });
  const clash = h("div", { class: "clash", role: "alert", hidden: true, "data-testid": "card-clash" });
  const close = h("button", { class: "button icon-only quiet", type: "button", "aria-label": "Close", onclick: leave, "data-testid": "card-close" }, icon("close"));
  const note = h("p", { class: "loading" }, "Opening…");
  const photos = photosPart(app);
  const comments = commentsPart(app);
  const body = h("div", { class: "dialog-body" },
    h("form", { class: "words", onsubmit: submit }, title, h("label", { for: "card-text" }, "Notes"), text, clash, saving),
    photos.element, comments.element,
    h("div", { class: "card-end" }, h("button", { class: "button quiet danger", type: "button", onclick: remove, "data-testid": "card-delete" }, icon("trash"), "Delete card")));
  const element = h("dialog", { class: "card-dialog", "aria-label": "Card", "data-testid": "card-dialog", "data-card-id": id, oncancel: oncancel, onclick: outside },
    h("header", { class: "dialog-head" },
      h("label", { class: "unseen", for: "card-column" }, "Column"), column, state, h("span", { class: "gap" }),
      close),
    note, body);

  const card = () => store.card(board, id);
  /** The write that the question shown is about. */
  let asked = "";
  /** The draft is on its way: until it is known whether it was taken, nothing may replace it. */
  let sending = false;
  const dirty = () => title.value !== base.title || text.value !== base.text;

  function onedit() {
    for (const field of [title, text]) {
      field.style.height = "auto";
      field.style.height = `${field.scrollHeight + 2}px`;
    }
    saving.hidden = !dirty() || !clash.hidden;
  }

  function forget() {
    title.value = base.title;
    text.value = base.text;
    clash.hidden = true;
    update();
    onedit();
  }

  /** @param {SubmitEvent} event */
  function submit(event) {
    event.preventDefault();
    void keep(base.version);
  }

  /** Sends what was changed. @param {number | null} version the one it must still be; null: whatever it has become */
  async function keep(version) {
    const known = card();
    title.value = title.value.trim() || base.title;
    const fields = changed();
    if (!known || !fields) return;
    sending = true;
    clash.hidden = true;
    saving.hidden = true;
    try {
      const outcome = await outbox.editCard(known, fields, version);
      base = { ...base, ...fields };
      toast(outcome === "kept" ? "Kept on this device. It is sent when there is a connection." : "Saved.");
    } catch (error) {
      const theirs = error instanceof ApiError && error.status === 412 ? await latest(error) : null;
      // Only moved, or something like it: the words are still those that were changed here.
      if (theirs && theirs.title === base.title && theirs.text === base.text) await keep(theirs.version);
      else if (theirs) showClash(theirs);
      else toast(excuse(error), "bad");
    } finally {
      sending = false;
      update();
    }
  }

  function changed() {
    const words = { title: title.value, text: text.value };
    const fields = Object.fromEntries(Object.entries(words).filter(([name, value]) => value !== base[/** @type {"title" | "text"} */ (name)]));
    return Object.keys(fields).length > 0 ? fields : null;
  }

  /** Someone else was first: both versions are shown, and the person decides. @param {Card} theirs */
  function showClash(theirs) {
    clash.replaceChildren(
      h("p", {}, h("strong", {}, "Someone else changed this card while you were writing.")),
      h("blockquote", { "data-testid": "clash-theirs" }, h("strong", {}, theirs.title), theirs.text ? h("p", {}, theirs.text) : ""),
      h("div", { class: "row" },
        h("button", { class: "button", type: "button", "data-testid": "clash-mine", onclick: () => keep(null) }, "Keep mine"),
        h("button", { class: "button", type: "button", "data-testid": "clash-use-theirs", onclick: () => {
          base = { title: theirs.title, text: theirs.text, version: theirs.version };
          forget();
          app.sync.refresh();
        } }, "Use theirs")));
    clash.hidden = false;
  }

  /** Somebody else wrote to it while our words waited: what both have changed is asked here too, and not in the drawer alone. */
  function ask() {
    const op = store.rows.find((row) => row.card === id && row.noun === "card" && row.verb === "patch" && row.state === "conflict");
    if ((op?.id ?? "") === asked) return;
    asked = op?.id ?? "";
    clash.replaceChildren(...(op ? [conflictPart(op, outbox)] : []));
    clash.hidden = !op;
  }

  /** The card as a refusal tells it, or as the server has it now. @param {ApiError} refusal @returns {Promise<Card | null>} */
  async function latest({ problem }) {
    return problem?.current?.id ? problem.current : read(paths.card(board, id)).catch(() => null);
  }

  async function moveTo() {
    const known = card();
    if (!known) return;
    const cards = store.cards(board) ?? [];
    await move(outbox, cards, known, { column: column.value, index: columnOf(cards, column.value, id).length })
      .then(() => announce(`Moved to ${column.selectedOptions[0]?.text ?? column.value}.`), (error) => toast(excuse(error), "bad"));
  }

  async function remove() {
    const known = card();
    if (!known || !(await confirm(`Delete “${known.title}”?`, "Delete card"))) return;
    const done = outbox.deleteCard(known);
    location.hash = link(board);
    done.then((outcome) => toast(outcome === "kept" ? "Deleted here. The others see it when you are connected." : "Deleted."), (error) => toast(excuse(error), "bad"));
  }

  async function leave() {
    if (dirty() && !(await confirm("Leave without saving your words?", "Leave"))) return;
    location.hash = link(board);
  }

  /** @param {Event} event */
  function oncancel(event) {
    event.preventDefault();
    void leave();
  }

  /** A click beside the dialog. @param {MouseEvent} event */
  function outside(event) {
    if (event.target === element) void leave();
  }

  function update() {
    const known = card();
    note.hidden = Boolean(known);
    body.hidden = !known;
    if (!known) return;
    if (!sending && !dirty()) {
      const first = base.title === "" && base.text === "";
      base = { title: known.title, text: known.text, version: known.version };
      if (title.value !== base.title) title.value = base.title;
      if (text.value !== base.text) text.value = base.text;
      if (first || document.activeElement !== text) requestAnimationFrame(onedit);
    }
    saving.hidden = sending || !dirty() || !clash.hidden;
    const columns = store.board(board)?.columns ?? [];
    if (column.options.length !== columns.length) column.replaceChildren(...columns.map((what) => h("option", { value: what.id }, what.title)));
    if (document.activeElement !== column) column.value = known.column;
    ask();
    state.replaceChildren(badge(known.mark) ?? "");
    element.setAttribute("aria-label", known.title);
    photos.update(known);
    comments.update(known, store.comments(id));
  }

  /** @param {{missing: boolean, unreachable: boolean}} found */
  function onread({ missing, unreachable }) {
    comments.onread(unreachable && !store.comments(id));
    if (card()) return;
    const lost = unreachable && !missing && !store.cards(board);
    note.textContent = lost ? "This card was never on this device, and there is no connection now." : "This card does not exist, or was deleted.";
  }

  return {
    element, update, onread, id,
    open() {
      document.body.append(element);
      element.showModal();
      update();
      // The first field would take the focus and, on a phone, bring up the keyboard.
      close.focus();
    },
    close() {
      element.close();
      element.remove();
    },
  };
}
