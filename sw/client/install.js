// @ts-check
// Why a worker that is being installed will not be.
// Does not wait for the whole installation: once the config is known to be good, the page may go on.

import { callWorker } from "./link.js";

/** When a worker says nothing and changes no state, the page goes on without knowing. */
const LIMIT_MS = 15_000;

/**
 * Waits until the installing worker's config is checked, or its installation has failed.
 * @param {ServiceWorkerRegistration} registration
 * @param {BroadcastChannel} channel opened before the worker was registered.
 * @returns {Promise<Error | undefined>} named `LongshoreConfigError` when the config is wrong.
 */
export function failureOf({ installing }, channel) {
  if (!installing) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    /** @param {Error} [failure] */
    const settle = (failure) => {
      clearTimeout(timer);
      channel.onmessage = null;
      installing.removeEventListener("statechange", look);
      resolve(failure);
    };
    const timer = setTimeout(() => settle(), LIMIT_MS);
    channel.onmessage = ({ data }) => {
      if (data?.v !== 1) return;
      if (data.kind === "config-error") settle(named("LongshoreConfigError", data.message));
      if (data.kind === "install-error") settle(new Error(data.message));
    };
    const look = () => {
      // The worker's word travels apart from its state; the word is worth waiting for.
      if (installing.state === "redundant") setTimeout(settle, 200, new Error("the worker could not be installed"));
      else if (installing.state !== "installing") settle();
    };
    installing.addEventListener("statechange", look);
    look();
    callWorker(installing, "hello", {}, LIMIT_MS).then(
      () => settle(),
      ({ cause, message }) => cause?.name === "LongshoreConfigError" && settle(named(cause.name, message)),
    );
  });
}

/** @param {string} name @param {string} message */
const named = (name, message) => Object.assign(new Error(message), { name });
