// @ts-check
// Calls from the page to its worker, one message port each.
// Does not know what the calls mean.

const CALL_LIMIT_MS = 10_000;

/** A call to the worker that failed. */
export class LongshoreError extends Error {
  /**
   * @param {"unsupported" | "no-worker" | "timeout" | "failed"} code
   * @param {string} message
   * @param {unknown} [cause]
   */
  constructor(code, message, cause) {
    super(message, { cause });
    this.name = "LongshoreError";
    this.code = code;
  }
}

export class Link {
  /** @param {ServiceWorkerRegistration} registration */
  constructor(registration) {
    this.registration = registration;
  }

  /** The active worker, waited for while the first one installs. @returns {Promise<ServiceWorker>} */
  active() {
    const { active, installing, waiting } = this.registration;
    if (active) return Promise.resolve(active);
    const coming = installing ?? waiting;
    return new Promise((resolve, reject) => {
      const look = () => {
        if (this.registration.active) resolve(this.registration.active);
        else if (!coming || coming.state === "redundant") reject(new LongshoreError("no-worker", "no worker is installed"));
      };
      coming?.addEventListener("statechange", look);
      look();
    });
  }

  /**
   * Calls the active worker and waits for its answer.
   * @param {string} kind
   * @param {object} [args]
   * @param {number} [limit] ms
   * @returns {Promise<any>}
   */
  async call(kind, args, limit = CALL_LIMIT_MS) {
    return callWorker(await this.active(), kind, args, limit);
  }

  /** Tells the active worker something, whether it arrives or not. @param {string} kind @param {object} [args] */
  tell(kind, args) {
    this.active().then((worker) => worker.postMessage({ longshore: 1, kind, ...args })).catch(() => {});
  }
}

/**
 * @param {ServiceWorker} worker
 * @param {string} kind
 * @param {object} [args]
 * @param {number} [limit] ms
 * @returns {Promise<any>}
 */
export function callWorker(worker, kind, args, limit = CALL_LIMIT_MS) {
  return new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel();
    const end = () => {
      clearTimeout(timer);
      port1.close();
    };
    const timer = setTimeout(() => {
      end();
      reject(new LongshoreError("timeout", `the worker did not answer ${kind} within ${limit / 1000} s`));
    }, limit);
    port1.onmessage = ({ data }) => {
      end();
      if (data.ok) resolve(data.value);
      else reject(new LongshoreError("failed", data.error.message, data.error));
    };
    worker.postMessage({ longshore: 1, kind, ...args }, [port2]);
  });
}

/** What calls mean without a worker: nothing waits and nothing is stored, so most are answered truly. */
const WITHOUT_WORKER = new Map(Object.entries({ "queue.list": [], "queue.flush": undefined, "cache.invalidate": undefined, version: null }));

/** The link of a page that has no worker. @type {Pick<Link, "active" | "call" | "tell">} */
export const noLink = {
  active: () => Promise.reject(new LongshoreError("unsupported", "there is no worker")),
  call: async (kind) => {
    if (!WITHOUT_WORKER.has(kind)) throw new LongshoreError("unsupported", `${kind} needs a worker, and there is none`);
    return structuredClone(WITHOUT_WORKER.get(kind));
  },
  tell: () => {},
};
