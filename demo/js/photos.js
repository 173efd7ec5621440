// @ts-check
// The photos of a card, those still on this device included, and the button that adds one.

import { paths } from "./api.js";
import { badge } from "./badge.js";
import { h, icon, keep } from "./dom.js";
import { excuse } from "./outbox.js";
import { shrink } from "./shrink.js";
import { toast } from "./words.js";

/** @typedef {import("./model.js").Card} Card */

/** @param {import("./main.js").App} app */
export function photosPart({ outbox }) {
  /** @type {Card | null} */
  let card = null;
  const list = h("ul", { class: "photos", "data-testid": "photos" });
  const input = h("input", { id: "photo-input", class: "unseen", type: "file", accept: "image/*", multiple: true, onchange: add, "data-testid": "photo-input" });
  const element = h("section", { class: "part" },
    h("div", { class: "part-head" }, h("h3", {}, "Photos"),
      h("div", { class: "file" }, input, h("label", { class: "button", for: "photo-input" }, icon("photo"), "Add photo"))),
    list);

  async function add() {
    const files = [...(input.files ?? [])];
    input.value = "";
    for (const file of files) {
      if (!card) return;
      // One after the other, so that they arrive in the order in which they were chosen.
      await outbox.attach(card, await shrink(file)).catch((error) => toast(excuse(error), "bad"));
    }
  }

  /** @param {Card} known */
  function update(known) {
    card = known;
    keep(list, known.attachments, (photo) => photo.id, (photo) => {
      const url = paths.attachment(known.board, known.id, photo.id);
      const image = h("img", { src: photo.preview ?? url, alt: photo.name, loading: "lazy" });
      image.addEventListener("error", () => image.replaceWith(h("span", { class: "no-photo" }, icon("photo"), "Not on this device")), { once: true });
      const content = photo.preview || photo.type.startsWith("image/") ? image : h("span", { class: "no-photo" }, icon("photo"), photo.name);
      return h("li", { class: "photo", "data-testid": "photo", "data-photo-id": photo.id, "data-mark": photo.mark ?? "none" },
        photo.preview ? content : h("a", { href: url, target: "_blank", rel: "noopener" }, content), badge(photo.mark));
    });
    list.hidden = known.attachments.length === 0;
  }

  return { element, update };
}
