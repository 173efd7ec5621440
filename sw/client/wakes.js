// @ts-check
// Wakes the worker when something may have become possible: workers are told little, and their timers end with them.
// Does not judge whether the network is there: the worker does, from answers.

/** What is longer is asked again; timers cannot hold more than 24 days. */
const LONGEST_MS = 3_600_000;
/** Clocks are rounded, in some browsers each in its own way: a wake that comes a moment too soon would find nothing due, and be the last. */
const SLACK_MS = 25;

export class Wakes {
  /**
   * @param {Pick<import("./link.js").Link, "call" | "tell">} link
   * @param {{seen: () => void, restored: () => void}} page called when the page becomes visible, or returns from the back-forward cache.
   */
  constructor(link, page) {
    this.link = link;
    this.page = page;
    /** @type {Map<string, number>} when each waiting write may be tried again. */
    this.due = new Map();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @param {string} reason */
  wake(reason) {
    this.link.tell("wake", { reason });
  }

  /** Listens to the browser, and wakes the worker for the first time. */
  begin() {
    addEventListener("online", () => {
      this.link.tell("connectivity", { online: true });
      this.wake("online");
    });
    addEventListener("offline", () => this.link.tell("connectivity", { online: false }));
    addEventListener("pageshow", ({ persisted }) => {
      if (!persisted) return;
      this.wake("pageshow");
      this.page.restored();
      this.page.seen();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "visible") return;
      this.wake("visible");
      this.page.seen();
    });
    this.wake("page");
    // Times that were told before this page was there.
    this.link.call("queue.list", { bodies: false }).then((items) => {
      for (const { id, notBefore } of items) if (notBefore !== null) this.due.set(id, notBefore);
      this.arm();
    }).catch(() => {});
  }

  /** Takes note of when a write is due. @param {any} event */
  heard({ kind, id, at }) {
    if (kind === "retry" && typeof at === "number") this.due.set(id, at);
    else if (!this.due.delete(id)) return;
    this.arm();
  }

  /** Sets the one timer, at the earliest time. */
  arm() {
    clearTimeout(this.timer);
    if (this.due.size === 0) return;
    const wait = Math.max(0, Math.min(...this.due.values()) + SLACK_MS - Date.now());
    this.timer = setTimeout(() => {
      const now = Date.now();
      const due = [...this.due].filter(([, at]) => at <= now);
      for (const [id] of due) this.due.delete(id);
      if (due.length > 0) this.wake("timer");
      this.arm();
    }, Math.min(wait, LONGEST_MS));
  }
}
