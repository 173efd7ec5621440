// @ts-check
// What two people have changed differently, side by side, for this one to decide. What can be joined has been joined already.

import { h } from "./dom.js";
import { COLUMN_TITLES } from "./op.js";
import { excuse } from "./outbox.js";
import { toast } from "./words.js";

/** @typedef {import("./model.js").Op} Op */

/** @type {Record<string, string>} */
const LABELS = { "/title": "Title", "/text": "Notes", "/column": "Column", "/position": "Place", "": "The card" };

/**
 * The question about one write in conflict; empty until it is known.
 * @param {Op} op
 * @param {import("./outbox.js").Outbox} outbox
 */
export function conflictPart(op, outbox) {
  const element = h("div", { class: "conflict", "data-testid": "conflict", "data-op-id": op.id });
  const save = h("button", { class: "button primary", type: "button", disabled: true, "data-testid": "conflict-save", onclick: decide }, "Save");
  /** @type {Map<string, "mine" | "theirs">} */
  const chosen = new Map();
  let open = 0;

  function decide() {
    save.disabled = true;
    outbox.resolve(op, Object.fromEntries(chosen)).catch((error) => {
      save.disabled = false;
      toast(excuse(error), "bad");
    });
  }

  /** @param {string} at @param {"mine" | "theirs"} side @param {unknown} value */
  function option(at, side, value) {
    const name = `clash-${op.id}-${at}`;
    return h("label", { class: "side", "data-testid": `conflict-${side}` },
      h("input", { type: "radio", name, value: side, onchange: () => {
        chosen.set(at, side);
        save.disabled = chosen.size < open;
      } }),
      h("span", { class: "fine" }, side === "mine" ? "Yours" : "Theirs"),
      h("span", { class: "side-words" }, worded(value)));
  }

  void outbox.conflict(op).then(({ clashes }) => {
    open = clashes.length;
    element.replaceChildren(
      h("p", {}, h("strong", {}, "Someone else changed this too."), " Everything else is joined."),
      ...clashes.map(({ at, mine, theirs }) => h("fieldset", { "data-testid": "conflict-field", "data-at": at },
        h("legend", {}, LABELS[at] ?? at.slice(1)),
        h("div", { class: "sides" }, option(at, "mine", mine), option(at, "theirs", theirs)))),
      h("div", { class: "row end" }, save));
  }, () => {
    // It was decided in another tab.
    element.remove();
  });
  return element;
}

/** @param {unknown} value */
function worded(value) {
  if (value === undefined) return h("em", {}, "Deleted");
  if (value === "") return h("em", {}, "Empty");
  if (typeof value === "string") return COLUMN_TITLES[value] ?? value;
  const { title, text } = /** @type {{title?: string, text?: string}} */ (Object(value));
  return title === undefined ? JSON.stringify(value) : [title, text].filter(Boolean).join(" \u2014 ");
}
