// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// Lanes that no template can name: from a header field, from the body, or from the app's own function.
// Keeps no order: the engine's queue does.

import { within } from "../shell/settled.js";
import { begun } from "./parts.js";

/** How long the app's function may take, ms. */
const PATIENCE_MS = 2_000;

/**
 * The lane of a write by its route; undefined where the engine knows it, or where the write has nothing to tell it by: its path, then.
 * @param {Request} request
 * @param {ArrayBuffer | undefined} body none where it is too large to be looked into.
 * @param {number} index its route.
 * @returns {Promise<string | undefined>}
 */
export async function laneBy(request, body, index) {
  const { lane } = begun().config.mutations?.[index] ?? {};
  if (lane === undefined || typeof lane === "string") return undefined;
  const { method, url, headers } = request;
  if (typeof lane === "function") return named(await within(Promise.resolve(lane({ method, url, headers, body: json(body) })), PATIENCE_MS));
  if ("header" in lane) return named(headers.get(lane.header));
  return named(at(json(body), lane.body));
}

/** @param {unknown} value */
const named = (value) => (["string", "number"].includes(typeof value) && value !== "" ? String(value) : undefined);

/** What a JSON pointer (RFC 6901) points at. @param {any} value @param {string} pointer */
const at = (value, pointer) => pointer.split("/").slice(1).reduce((inner, segment) => inner?.[segment.replaceAll("~1", "/").replaceAll("~0", "~")], value);

/** @param {ArrayBuffer | undefined} bytes @returns {any} */
function json(bytes) {
  try {
    return bytes && JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
