// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// Writes on their way to the server, as they were made.
// Does not decide when, nor what an answer means: the engine's queue does.

import { inTime, within } from "../shell/settled.js";
import { more } from "./more.js";
import { bodyFrom } from "./uploads.js";

/**
 * A write as the engine hands it over (`src/web/network.rs`).
 * @typedef {object} Write
 * @property {string} [id] Of the row; none for a write that could not be kept.
 * @property {string} method
 * @property {string} url
 * @property {[string, string][]} headers
 * @property {RequestMode} mode
 * @property {RequestCredentials} credentials
 * @property {RequestRedirect} redirect
 * @property {string} referrer
 * @property {ReferrerPolicy} referrerPolicy
 * @property {string} [identity] Whose it is.
 * @property {number} [timeout] How long the server may take for its head, ms; without, as long as the browser lets it.
 */

/** How long the body of an answer may take that gives an id, ms. */
const LEARNT_MS = 10_000;

/** @param {unknown} error */
const warn = (error) => void console.warn("longshore: what an answer says of ids is not known", error);

/**
 * Sends a write. Rejects with a `TimeoutError` when the server takes too long, with a `LongshoreWithheld` when it is not to be sent now, with a
 * `LongshoreUnsendable` when it can never be, and else as `fetch` does.
 * @param {Write} write
 * @param {ArrayBuffer | import("./uploads.js").Stored} [given] its body.
 */
export async function send(write, given) {
  const { id, method, credentials, referrer, referrerPolicy } = write;
  const extra = more();
  const headers = extra ? await extra.authorized(write) : write.headers;
  const whole = await bodyFrom(given);
  const { url, body } = extra ? await extra.renamed(write.url, headers, whole) : { url: write.url, body: whole };
  // Fetch, 5.4: a script cannot make a navigation; a form's goes out as an ordinary request of its own origin.
  const mode = write.mode === "navigate" ? "same-origin" : write.mode;
  const redirect = write.redirect === "manual" ? "follow" : write.redirect;
  /** @param {[string, string][]} headers */
  const go = (headers) => inTime(write.timeout, (signal) => fetch(url, { method, headers, body, mode, credentials, redirect, referrer, referrerPolicy, signal }));
  let response = (id && (await extra?.batched(write, { method, url, headers, body }))) || (await go(headers));
  if (id && extra && response.status === 401) {
    const fresh = await extra.renewed(write);
    if (fresh) response = await go(fresh);
  }
  // Whatever becomes of that, the server has answered.
  if (id && extra) await within(extra.answered({ id, method, url, headers, renamed: url !== write.url }, response), LEARNT_MS).catch(warn);
  return response;
}
