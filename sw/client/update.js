// @ts-check
// An update taken over by all tabs at once: each is asked, one may refuse, and each reloads once.
// Does not find updates: the registration's events do.

/** How long the other tabs have to refuse. A tab whose thread is busy for longer, or that is frozen, has no say. */
const SAY_MS = 300;

/** How long a waiting worker may take to be the active one. */
const AGREED_MS = 10_000;

export class Update {
  /**
   * @param {ServiceWorkerRegistration} registration
   * @param {BroadcastChannel} channel
   * @param {() => boolean} asked asks this page's handlers; whether none refused.
   */
  constructor(registration, channel, asked) {
    this.registration = registration;
    this.channel = channel;
    this.asked = asked;
    /** What a refusal of another tab is told to. @type {(() => void) | undefined} */
    this.refused = undefined;
    /** Whether the next change of worker is the agreed one. */
    this.agreed = false;
    navigator.serviceWorker.addEventListener("controllerchange", () => {
      if (!this.agreed) return;
      // Once: a reload is not at once, and another change may come before it.
      this.agreed = false;
      location.reload();
    });
  }

  /** Hears the other tabs. @param {string} kind @returns {boolean} whether the message was one of these. */
  heard(kind) {
    if (kind === "update-ask") {
      if (!this.asked()) this.tell("update-refuse");
    } else if (kind === "update-refuse") this.refused?.();
    else if (kind === "update-go") this.agree();
    else return false;
    return true;
  }

  /** @param {boolean} force @returns {Promise<"none" | "refused" | "applied">} */
  async apply(force) {
    if (!this.registration.waiting) return "none";
    if (!force && !(this.asked() && (await this.othersAgree()))) return "refused";
    // It may be gone, or another one, after that time.
    const { waiting } = this.registration;
    if (!waiting) return "none";
    this.agree();
    this.tell("update-go");
    waiting.postMessage({ longshore: 1, kind: "skip-waiting" });
    return "applied";
  }

  /** For a while: an update that does not come must not make a later one reload unasked. */
  agree() {
    this.agreed = true;
    setTimeout(() => (this.agreed = false), AGREED_MS);
  }

  /** @returns {Promise<boolean>} */
  othersAgree() {
    return new Promise((resolve) => {
      this.refused = () => resolve(false);
      setTimeout(resolve, SAY_MS, true);
      this.tell("update-ask");
    });
  }

  /** @param {string} kind */
  tell(kind) {
    this.channel.postMessage({ v: 1, kind });
  }
}
