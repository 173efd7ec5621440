// @ts-check
// Makes elements and keeps lists of them in step with data.
// Does not know what the elements are for.

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * An element with attributes, listeners (`onclick`) and children.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...nodes(children));
  return element;
}

/** @param {Child[]} children @returns {(Node | string)[]} */
export function nodes(children) {
  return children.flatMap((child) => (child === null || child === undefined || child === false ? [] : [child instanceof Node ? child : String(child)]));
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon of the sheet in index.html. @param {string} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** @type {WeakMap<Element, {key: string, drawn: string}>} */
const drawnAs = new WeakMap();

/**
 * Makes the parent's children follow `items`: elements are kept by key, moved only when their order changed, and drawn
 * again only when their data did, so that focus and scroll survive.
 * @template T
 * @param {Element} parent
 * @param {readonly T[]} items
 * @param {(item: T) => string} keyOf
 * @param {(item: T, old: HTMLElement | null) => HTMLElement} draw given the old element, may fill it and give it back
 */
export function keep(parent, items, keyOf, draw) {
  /** @type {Map<string, HTMLElement>} */
  const old = new Map();
  for (const child of parent.children) {
    const known = drawnAs.get(child);
    if (known) old.set(known.key, /** @type {HTMLElement} */ (child));
  }
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const drawn = JSON.stringify(item);
    let element = old.get(key) ?? null;
    old.delete(key);
    if (!element || drawnAs.get(element)?.drawn !== drawn) {
      const next = draw(item, element);
      if (element && next !== element) {
        if (place === element) place = next;
        element.replaceWith(next);
      }
      element = next;
      drawnAs.set(element, { key, drawn });
    }
    if (element === place) place = place.nextElementSibling;
    else parent.insertBefore(element, place);
  }
  for (const gone of old.values()) gone.remove();
}

/** The element with this id, which index.html has. @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}`);
  return element;
}
