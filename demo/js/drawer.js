// @ts-check
// The drawer “Activity”: what waits, what needs a decision, and what has arrived.

import { recent } from "./activity.js";
import { confirm } from "./confirm.js";
import { conflictPart } from "./conflict.js";
import { h, icon, keep } from "./dom.js";
import { describe, markOf } from "./op.js";
import { excuse } from "./outbox.js";
import { ago, many, toast, until } from "./words.js";

/** @typedef {import("./model.js").Op} Op */

/** The queue's short reasons, as a person would say them. @type {Record<string, string>} */
const REASONS = {
  offline: "No connection.", timeout: "The server took too long.", "lane-busy": "Waits for earlier changes.",
  "server-busy": "The server is busy.", portal: "The network wants a login first.", network: "No connection.",
};

/** @param {import("./main.js").App} app */
export function drawer({ store, outbox, longshore }) {
  const waiting = h("ul", { class: "ops", "data-testid": "drawer-waiting" });
  const failing = h("ul", { class: "ops", "data-testid": "drawer-failing" });
  const arrived = h("ul", { class: "ops", "data-testid": "drawer-arrived" });
  const flush = h("button", { class: "button", type: "button", "data-testid": "drawer-flush", onclick: () => outbox.flush().catch(complain) }, "Send now");
  const calm = h("p", { class: "calm", "data-testid": "drawer-calm" }, icon("check"), "Everything here is on the server.");
  const worker = h("p", { class: "fine", "data-testid": "worker-status", "data-supported": "unknown" });
  const renew = h("button", { class: "button", type: "button", hidden: true, "data-testid": "worker-update", onclick: async () => {
    if ((await (await longshore).applyUpdate()) === "refused") complain(new Error("Another tab has unfinished work."));
  } }, "Update this app");
  const parts = {
    failing: h("section", { class: "part" }, h("h3", {}, "Needs a decision"), h("p", { class: "fine" }, "Later changes on the same board wait for it."), failing),
    waiting: h("section", { class: "part" }, h("div", { class: "part-head" }, h("h3", {}, "Waiting"), flush), waiting),
    arrived: h("section", { class: "part" }, h("h3", {}, "Arrived"), arrived),
  };
  const element = h("dialog", { class: "drawer", "aria-labelledby": "drawer-title", "data-testid": "drawer", onclick: (/** @type {MouseEvent} */ event) => {
    if (event.target === element) element.close();
  }, onclose: () => clearInterval(clock) },
    h("header", { class: "dialog-head" }, h("h2", { id: "drawer-title" }, "Activity"), h("span", { class: "gap" }),
      h("button", { class: "button icon-only quiet", type: "button", "aria-label": "Close", "data-testid": "drawer-close", onclick: () => element.close() }, icon("close"))),
    h("div", { class: "dialog-body" }, calm, parts.failing, parts.waiting, parts.arrived, worker, renew));
  document.body.append(element);
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let clock;

  /** @param {unknown} error */
  const complain = (error) => toast(excuse(error), "bad");

  /** @param {Op} op */
  function line(op) {
    const failed = markOf(op) === "failed";
    return h("li", { class: "op", "data-testid": "outbox-item", "data-op-id": op.id, "data-state": op.state, "data-mark": markOf(op) },
      op.preview ? h("img", { class: "op-photo", src: op.preview, alt: "" }) : "",
      h("div", { class: "op-words" },
        h("p", {}, describe(op, store.nameOf(op))),
        h("p", { class: "fine" }, stand(op, store.rows))),
      ...(asks(op) ? [conflictPart(op, outbox)]
        : failed ? [h("div", { class: "row op-acts" }, retry(op), discard(op, "button", op.state === "conflict" ? "Use theirs" : "Discard"))]
        : [discard(op, "button icon-only quiet", icon("close"))]));
  }

  /** @param {Op} op */
  async function take(op) {
    const { length } = outbox.dependents(op);
    const sure = length === 0 || (await confirm(`Discard it and ${length === 1 ? "the change" : `the ${length} changes`} made on it since?`, "Discard"));
    if (sure) await outbox.discard(op);
  }

  /** @param {Op} op */
  const retry = (op) => h("button", { class: "button", type: "button", "data-testid": "outbox-retry", onclick: () => outbox.retry(op).catch(complain) }, op.state === "conflict" ? "Keep mine" : "Retry");

  /** @param {Op} op @param {string} look @param {string | Node} content */
  const discard = (op, look, content) => h("button", {
    class: look, type: "button", "data-testid": "outbox-discard", title: "Discard", "aria-label": content instanceof Node ? `Discard: ${describe(op, store.nameOf(op))}` : null,
    // A request that is out cannot be called back.
    disabled: op.state === "sending", onclick: () => take(op).catch(complain),
  }, content);

  function update() {
    const ops = store.rows;
    const failed = ops.filter((op) => markOf(op) === "failed");
    const rest = ops.filter((op) => markOf(op) !== "failed");
    const done = recent();
    keep(failing, failed, (op) => op.id, line);
    keep(waiting, rest, (op) => op.id, line);
    keep(arrived, done, ({ id }) => id, ({ text, at }) => h("li", { class: "op", "data-testid": "arrived-item" }, h("div", { class: "op-words" }, h("p", {}, text), h("p", { class: "fine" }, ago(at))), icon("check")));
    parts.failing.hidden = failed.length === 0;
    parts.waiting.hidden = rest.length === 0;
    parts.arrived.hidden = done.length === 0;
    calm.hidden = ops.length > 0;
    const count = document.getElementById("waiting-count");
    if (count) {
      count.hidden = ops.length === 0;
      count.textContent = String(ops.length);
      count.dataset["failed"] = String(failed.length);
      count.setAttribute("aria-label", failed.length > 0 ? `${many(failed.length, "change")} failed` : `${many(ops.length, "change")} waiting`);
    }
  }

  document.getElementById("drawer-open")?.addEventListener("click", () => {
    update();
    element.showModal();
    // Says when the next try is; only while someone looks.
    clock = setInterval(() => {
      for (const op of store.rows) {
        const fine = waiting.querySelector(`[data-op-id="${CSS.escape(op.id)}"] .fine`);
        if (fine) fine.textContent = stand(op, store.rows);
      }
    }, 1000);
  });

  void longshore.then(async (found) => {
    worker.dataset["supported"] = String(found.supported);
    if (!found.supported) {
      worker.textContent = `Offline use is not available here${found.reason ? `: ${found.reason}` : ""}.`;
      calm.lastChild?.replaceWith("Changes go straight to the server.");
      return;
    }
    found.on("waiting", () => {
      renew.hidden = false;
    });
    const { client } = await found.version();
    worker.textContent = `Kept for offline use by Longshore ${client}.`;
  }).catch(console.error);

  return { update };
}

/** Whether there is more to decide about it than which of two it is to be. @param {Op} op */
const asks = (op) => op.state === "conflict" && op.noun === "card" && op.verb === "patch";

/** Where a write stands, in words. @param {Op} op @param {readonly Op[]} rows */
function stand(op, rows) {
  const reason = op.reason ? (REASONS[op.reason] ?? op.reason) : "";
  if (op.state === "conflict") return "Someone else changed it first.";
  if (op.state === "merging") return "Someone else changed it first; both are being joined.";
  if (op.state === "dead") return op.status ? `The server refused it (${op.status}).` : `It cannot be sent. ${reason}`.trim();
  if (op.state === "sending") return "On its way…";
  if (op.state === "waiting" && op.notBefore) return `${reason} Next try ${until(op.notBefore)}.`.trim();
  if (rows.find((row) => row.lane === op.lane) !== op) return "After the one before it.";
  return reason || (op.attempts === 0 ? `Made ${ago(op.at)}.` : `Tried ${many(op.attempts, "time")}.`);
}
