// @ts-check
// “Move to…”: picks a column and a place with ordinary form controls, for fingers and keyboards.

import { h } from "./dom.js";
import { columnOf } from "./place.js";

/** @typedef {import("./model.js").Card} Card */

/** @param {(card: string, to: {column: string, index: number}) => void} put */
export function moveDialog(put) {
  /** @param {Card} card @param {readonly Card[]} cards @param {NonNullable<import("./model.js").Board["columns"]>} columns */
  function open(card, cards, columns) {
    let column = /** @type {string} */ (card.column);
    const place = h("select", { id: "move-place", "data-testid": "move-place" });
    const choices = columns.map(({ id, title }) => h("label", { class: "choice" },
      h("input", { type: "radio", name: "column", value: id, checked: id === column, onchange: () => choose(id), "data-testid": `move-${id}` }), title));

    /** @param {string} id */
    function choose(id) {
      column = id;
      const others = columnOf(cards, id, card.id);
      const here = id === card.column ? columnOf(cards, id).findIndex((other) => other.id === card.id) : others.length;
      place.replaceChildren(
        ...Array.from({ length: others.length + 1 }, (_, index) => h("option", { value: index, selected: index === here },
          index === 0 ? "First" : `After “${others[index - 1]?.title}”`)));
    }

    const dialog = h("dialog", { class: "small", "aria-labelledby": "move-title", "data-testid": "move-dialog", onclose: () => {
      dialog.remove();
      if (dialog.returnValue === "move") put(card.id, { column, index: Number(place.value) });
      // The card's element may have moved to another column; focus goes with it.
      queueMicrotask(() => /** @type {HTMLElement | null} */ (document.querySelector(`[data-card-id="${CSS.escape(card.id)}"] .card-move`))?.focus());
    } },
      h("form", { method: "dialog" },
        h("h2", { id: "move-title" }, `Move “${card.title}”`),
        h("fieldset", {}, h("legend", {}, "Column"), h("div", { class: "choices" }, ...choices)),
        h("label", { for: "move-place" }, "Place"), place,
        h("div", { class: "row end" },
          h("button", { class: "button", type: "button", onclick: () => dialog.close(), "data-testid": "move-cancel" }, "Cancel"),
          h("button", { class: "button primary", value: "move", "data-testid": "move-submit" }, "Move"))));
    choose(column);
    document.body.append(dialog);
    dialog.showModal();
  }
  return { open };
}
