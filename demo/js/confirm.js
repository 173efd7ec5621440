// @ts-check
// Asks before something is deleted. The page's own dialog, since a browser's may be suppressed.

import { h } from "./dom.js";

/** @param {string} question @param {string} yes what the button says @returns {Promise<boolean>} */
export function confirm(question, yes) {
  return new Promise((answer) => {
    const dialog = h("dialog", { class: "small", "aria-labelledby": "confirm-question", "data-testid": "confirm", onclose: () => {
      dialog.remove();
      answer(dialog.returnValue === "yes");
    } },
      h("form", { method: "dialog" },
        h("h2", { id: "confirm-question" }, question),
        h("div", { class: "row end" },
          h("button", { class: "button", value: "no", "data-testid": "confirm-no" }, "Cancel"),
          h("button", { class: "button danger-solid", value: "yes", "data-testid": "confirm-yes" }, yes))));
    document.body.append(dialog);
    dialog.showModal();
  });
}
