// @ts-check
// The comments of a card and the form for another one.

import { badge } from "./badge.js";
import { h, keep } from "./dom.js";
import { excuse } from "./outbox.js";
import { ago, toast } from "./words.js";

/** @typedef {import("./model.js").Card} Card */
/** @typedef {import("./model.js").Comment} Comment */

const NAME = "quay.author";

/** @param {import("./main.js").App} app */
export function commentsPart({ outbox }) {
  /** @type {Card | null} */
  let card = null;
  const list = h("ul", { class: "comments", "data-testid": "comments" });
  const note = h("p", { class: "fine", hidden: true });
  const author = h("input", { id: "comment-author", required: true, maxlength: 60, autocomplete: "name", placeholder: "Your name", value: localStorage.getItem(NAME) ?? "", "data-testid": "comment-author" });
  const text = h("textarea", { id: "comment-text", required: true, rows: 2, maxlength: 4000, placeholder: "Write a comment", "data-testid": "comment-text", onkeydown: (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  } });
  const form = h("form", { class: "new-comment", onsubmit: send },
    h("label", { class: "unseen", for: "comment-text" }, "Comment"), text,
    h("div", { class: "row" },
      h("label", { class: "unseen", for: "comment-author" }, "Your name"), author,
      h("button", { class: "button", "data-testid": "comment-submit" }, "Comment")));
  const element = h("section", { class: "part" }, h("h3", {}, "Comments"), list, note, form);

  /** @param {SubmitEvent} event */
  async function send(event) {
    event.preventDefault();
    const words = text.value.trim();
    const name = author.value.trim();
    if (!card || !words || !name) return;
    localStorage.setItem(NAME, name);
    text.value = "";
    try {
      await outbox.comment(card, name, words);
    } catch (error) {
      text.value ||= words;
      toast(excuse(error), "bad");
    }
  }

  /** @param {Card} known @param {Comment[] | null} comments */
  function update(known, comments) {
    card = known;
    keep(list, comments ?? [], (comment) => comment.id, (comment) => h("li", { class: "comment", "data-testid": "comment", "data-comment-id": comment.id, "data-mark": comment.mark ?? "none" },
      h("span", { class: "face", "aria-hidden": "true", style: null }, initials(comment.author)),
      h("div", {},
        h("p", { class: "comment-head" }, h("strong", {}, comment.author), h("time", { class: "fine", datetime: comment.createdAt }, ago(comment.createdAt)), badge(comment.mark)),
        h("p", { class: "comment-text" }, comment.text))));
    if (comments) note.hidden = true;
  }

  /** @param {boolean} unknown */
  function onread(unknown) {
    note.hidden = !unknown || card?.version === 0;
    note.textContent = "The comments were not read on this device yet.";
  }

  return { element, update, onread };
}

/** @param {string} name */
const initials = (name) => name.split(/\s+/).slice(0, 2).map((part) => part[0]?.toUpperCase() ?? "").join("") || "?";
