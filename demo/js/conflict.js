// @ts-check
// What two people have changed differently, side by side, for this one to decide. What can be joined is.

import { h } from "./dom.js";
import { COLUMN_TITLES } from "./op.js";
import { excuse } from "./outbox.js";
import { toast } from "./words.js";

/** @typedef {import("./model.js").Op} Op */

/** @type {Record<string, string>} */
const LABELS = { "/title": "Title", "/text": "Notes", "/column": "Column", "/position": "Place", "": "The card" };

/** The same question may stand in two places. */
let shown = 0;

/**
 * The question about one write in conflict; empty until it is known.
 * @param {Op} op
 * @param {import("./outbox.js").Outbox} outbox
 */
export function conflictPart(op, outbox) {
  const element = h("div", { class: "conflict", "data-testid": "conflict", "data-op-id": op.id });
  const save = h("button", { class: "button primary", type: "button", "data-testid": "conflict-save", onclick: () => decide({ choices: Object.fromEntries(chosen) }) }, "Save");
  /** @type {Map<string, "mine" | "theirs">} */
  const chosen = new Map();
  const place = (shown += 1);

  /** @param {import("/longshore/client.js").Decision} decision */
  function decide(decision) {
    outbox.resolve(op, decision).catch((error) => toast(excuse(error), "bad"));
  }

  /** @param {string} at @param {"mine" | "theirs"} side @param {unknown} value @param {number} open */
  function option(at, side, value, open) {
    return h("label", { class: "side", "data-testid": `conflict-${side}` },
      h("input", { type: "radio", name: `clash-${place}-${at}`, value: side, onchange: () => {
        chosen.set(at, side);
        save.disabled = chosen.size < open;
      } }),
      h("span", { class: "fine" }, side === "mine" ? "Yours" : "Theirs"),
      h("span", { class: "side-words" }, worded(value)));
  }

  /** Nothing to choose field by field: the server has refused it for another reason, or it cannot be compared now. @param {string} why */
  function either(why) {
    element.replaceChildren(h("p", {}, why), h("div", { class: "row end" },
      h("button", { class: "button", type: "button", "data-testid": "conflict-drop", onclick: () => decide("theirs") }, "Use theirs"),
      h("button", { class: "button", type: "button", "data-testid": "conflict-insist", onclick: () => decide("mine") }, "Keep mine")));
  }

  outbox.conflict(op).then(({ clashes }) => {
    if (clashes.length === 0) return either("The server did not take this change.");
    save.disabled = true;
    element.replaceChildren(
      h("p", {}, h("strong", {}, "Someone else changed this too."), " Everything else is joined."),
      ...clashes.map(({ at, mine, theirs }) => h("fieldset", { "data-testid": "conflict-field", "data-at": at },
        h("legend", {}, LABELS[at] ?? at.slice(1)),
        h("div", { class: "sides" }, option(at, "mine", mine, clashes.length), option(at, "theirs", theirs, clashes.length)))),
      h("div", { class: "row end" }, save));
  }).catch(() => either("Someone else changed this too. What they wrote cannot be shown just now."));
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
