// @ts-check
// Says times, sizes and numbers of things in words, and tells the person what happened.

import { byId, h } from "./dom.js";

const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [["day", 86_400], ["hour", 3_600], ["minute", 60]];

/** “3 minutes ago”. @param {string | number} time */
export function ago(time) {
  const seconds = (new Date(time).getTime() - Date.now()) / 1000;
  if (Number.isNaN(seconds)) return "";
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return RELATIVE.format(Math.trunc(seconds / size), unit);
  }
  return "just now";
}

/** “in 12 s”. @param {number} time */
export function until(time) {
  const seconds = Math.max(0, Math.ceil((time - Date.now()) / 1000));
  if (seconds === 0) return "now";
  return seconds < 90 ? `in ${seconds} s` : `in ${Math.round(seconds / 60)} min`;
}

/** “1 card”, “3 cards”. @param {number} count @param {string} noun */
export const many = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** Says it to a screen reader only. @param {string} text */
export function announce(text) {
  byId("announce").textContent = text;
}

/** The box goes with the dialog it was shown in, so it is not looked up again. */
const box = byId("toasts");

/** Shows a line for a moment, and says it. @param {string} text @param {"calm" | "bad"} [tone] */
export function toast(text, tone = "calm") {
  // An open dialog covers the page and silences it, so the line is shown inside.
  const host = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  if (box.parentElement !== host) host.append(box);
  while (box.children.length > 2) box.firstElementChild?.remove();
  const line = h("p", { class: tone === "bad" ? "toast toast-bad" : "toast", "data-testid": "toast" }, text);
  box.append(line);
  setTimeout(() => line.remove(), tone === "bad" ? 8000 : 4000);
}
