// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// Writes on their way to the server, as they were made.
// Does not decide when, nor what an answer means: the engine's queue does.

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
 * @property {number} [timeout] How long the server may take for its head, ms; without, as long as the browser lets it.
 */

/**
 * Sends a write. Rejects with a `TimeoutError` when the server takes too long, with a `LongshoreUnsendable` when it can never be sent, and
 * else as `fetch` does.
 * @param {Write} write
 * @param {ArrayBuffer | import("./uploads.js").Stored} [given] its body.
 */
export async function send(write, given) {
  const { id, method, headers, credentials, referrer, referrerPolicy, timeout } = write;
  const extra = id ? more() : undefined;
  const whole = await bodyFrom(given);
  const { url, body } = extra ? await extra.renamed(write.url, headers, whole) : { url: write.url, body: whole };
  // Fetch, 5.4: a script cannot make a navigation; a form's goes out as an ordinary request of its own origin.
  const mode = write.mode === "navigate" ? "same-origin" : write.mode;
  const redirect = write.redirect === "manual" ? "follow" : write.redirect;
  const abort = new AbortController();
  const late = Object.assign(new Error("no answer in time"), { name: "TimeoutError" });
  const timer = timeout === undefined ? undefined : setTimeout(() => abort.abort(late), timeout);
  try {
    const response = await fetch(url, { method, headers, body, mode, credentials, redirect, referrer, referrerPolicy, signal: abort.signal });
    clearTimeout(timer);
    if (id) await extra?.learn({ id, method, url, headers, renamed: url !== write.url }, response);
    return response;
  } catch (error) {
    // Not every browser rejects with what it was aborted with.
    throw abort.signal.aborted ? late : error;
  } finally {
    clearTimeout(timer);
  }
}
