// @ts-check
// Drags cards with a mouse or pen. Fingers scroll instead, and use “Move to…”.

/** So far the pointer must go before a click becomes a drag. */
const SLACK = 6;

/**
 * @param {HTMLElement} board holds lists with `data-column`, of elements with `data-card-id`
 * @param {(card: string, to: {column: string, index: number}) => void} drop
 */
export function draggable(board, drop) {
  board.addEventListener("pointerdown", (event) => {
    const target = /** @type {Element} */ (event.target);
    const card = /** @type {HTMLElement | null} */ (target.closest("[data-card-id]"));
    if (!card || event.button !== 0 || event.pointerType === "touch" || target.closest("button")) return;
    begin(board, card, event, drop);
  });
  // A link is dragged by the browser itself otherwise.
  board.addEventListener("dragstart", (event) => event.preventDefault());
}

/** @param {HTMLElement} board @param {HTMLElement} card @param {PointerEvent} from @param {(card: string, to: {column: string, index: number}) => void} drop */
function begin(board, card, from, drop) {
  const stop = new AbortController();
  const { signal } = stop;
  /** @type {HTMLElement | null} */
  let ghost = null;
  const mark = document.createElement("li");
  mark.className = "drop-mark";
  mark.setAttribute("aria-hidden", "true");
  const box = card.getBoundingClientRect();

  /** @param {PointerEvent} event */
  function lift(event) {
    ghost = /** @type {HTMLElement} */ (card.cloneNode(true));
    ghost.removeAttribute("data-card-id");
    ghost.removeAttribute("data-testid");
    ghost.classList.add("ghost");
    ghost.inert = true;
    Object.assign(ghost.style, { width: `${box.width}px`, left: `${box.left}px`, top: `${box.top}px` });
    document.body.append(ghost);
    document.body.classList.add("dragging");
    card.classList.add("lifted");
    mark.style.height = `${box.height}px`;
    board.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  function onmove(event) {
    const x = event.clientX - from.clientX;
    const y = event.clientY - from.clientY;
    if (!ghost && Math.hypot(x, y) < SLACK) return;
    event.preventDefault();
    if (!ghost) lift(event);
    if (ghost) ghost.style.transform = `translate(${x}px, ${y}px) rotate(1.2deg)`;
    const under = document.elementFromPoint(event.clientX, event.clientY);
    const list = under?.closest(".column")?.querySelector("[data-column]");
    if (!list) return;
    const next = [...list.querySelectorAll("[data-card-id]")].filter((other) => other !== card).find((other) => {
      const { top, height } = other.getBoundingClientRect();
      return event.clientY < top + height / 2;
    });
    if (mark.parentElement !== list || mark.nextElementSibling !== (next ?? null)) list.insertBefore(mark, next ?? null);
  }

  /** @param {boolean} placed */
  function end(placed) {
    stop.abort();
    if (!ghost) return;
    const list = mark.parentElement;
    const before = list ? [...list.children].slice(0, [...list.children].indexOf(mark)) : [];
    const index = before.filter((other) => other !== card && other.hasAttribute("data-card-id")).length;
    mark.remove();
    ghost.remove();
    card.classList.remove("lifted");
    document.body.classList.remove("dragging");
    // The click that follows the release must not open the card.
    addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", swallow, { capture: true }));
    if (placed && list instanceof HTMLElement) drop(card.dataset["cardId"] ?? "", { column: list.dataset["column"] ?? "", index });
  }

  addEventListener("pointermove", onmove, { signal });
  addEventListener("pointerup", () => end(true), { signal });
  addEventListener("pointercancel", () => end(false), { signal });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") end(false);
  }, { signal });
}

/** @param {Event} event */
function swallow(event) {
  event.preventDefault();
  event.stopPropagation();
}
