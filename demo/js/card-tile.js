// @ts-check
// One card as the board shows it: title, first words, photo, badge, and the handle for moving it.

import { paths } from "./api.js";
import { badge } from "./badge.js";
import { h, icon } from "./dom.js";
import { link } from "./router.js";
import { many } from "./words.js";

/** @typedef {import("./model.js").Card} Card */

/** @param {Card} card @param {HTMLElement | null} old the element whose place and focus it takes over */
export function cardTile(card, old) {
  const tile = old ?? h("li", { class: "card", "data-testid": "card", "data-card-id": card.id });
  const photo = card.attachments.find(({ type, preview }) => preview || type.startsWith("image/"));
  const focused = tile.contains(document.activeElement) ? document.activeElement?.getAttribute("data-testid") : null;
  tile.dataset["mark"] = card.mark ?? "none";
  tile.replaceChildren(
    h("div", { class: "card-body" },
      photo ? h("img", { class: "card-cover", src: photo.preview ?? paths.attachment(card.board, card.id, photo.id), alt: "", loading: "lazy", draggable: "false" }) : "",
      h("div", { class: "card-line" },
        h("a", { class: "card-open", href: link(card.board, card.id), draggable: "false", "data-testid": "card-open" }, card.title || "Untitled"),
        h("button", { class: "button icon-only quiet card-move", type: "button", "data-testid": "card-move", "aria-label": `Move “${card.title}”`, title: "Move to…", "aria-haspopup": "dialog" }, icon("move"))),
      card.text ? h("p", { class: "card-text" }, card.text.length > 140 ? `${card.text.slice(0, 140)}…` : card.text) : ""),
    h("div", { class: "card-foot" },
      sign("comment", card.comments, "comment"), sign("photo", card.attachments.length, "photo"), badge(card.mark) ?? ""));
  if (focused) /** @type {HTMLElement | null} */ (tile.querySelector(`[data-testid="${focused}"]`))?.focus();
  return tile;
}

/** @param {string} name @param {number} count @param {string} noun */
function sign(name, count, noun) {
  if (count === 0) return "";
  return h("span", { class: "sign", title: many(count, noun) }, icon(name), String(count), h("span", { class: "unseen" }, ` ${count === 1 ? noun : `${noun}s`}`));
}
