// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// Lanes that no template can name: from a header field, from the body, or from the app's own function.
// Keeps no order: the engine's queue does.

import { answerOf } from "../shell/settled.js";
import { parsed, pointed } from "./json.js";
import { laneOf as laneOfNeeds } from "./names.js";
import { begun } from "./parts.js";

/** How long the app's function may take, ms. */
const PATIENCE_MS = 2_000;

/** What is being found, the last of it. @type {Promise<unknown>} */
let before = Promise.resolve();

/**
 * The lane of a write that its route's template does not name; undefined where it does, or where there is nothing to tell it by: its path, then.
 * It waits behind what it needs, else as its route says.
 * @param {Request} request
 * @param {ArrayBuffer | undefined} body none where it is too large to be looked into.
 * @param {number} index its route.
 * @returns {Promise<string | undefined>}
 */
export function laneOf(request, body, index) {
  const { mutations = [] } = begun().config;
  const { lane } = mutations[index] ?? {};
  const find = async () => {
    const needed = await laneOfNeeds(request, body, lane === undefined || typeof lane === "string").catch((error) => {
      console.warn("longshore: what waits could not be looked at", error);
    });
    return needed ?? laneBy(lane, request, body);
  };
  if (!mutations.some(({ lane }) => typeof lane === "function")) return find();
  // One after another, since a function may take its time: writes come to the queue in the order of their making.
  const found = before.then(find);
  before = found.catch(() => {});
  return found;
}

/** @param {Longshore.Mutation["lane"]} lane @param {Request} request @param {ArrayBuffer | undefined} body @returns {Promise<string | undefined>} */
async function laneBy(lane, { method, url, headers }, body) {
  if (lane === undefined || typeof lane === "string") return undefined;
  if (typeof lane !== "function") return named("header" in lane ? headers.get(lane.header) : pointed(json(body), lane.body));
  try {
    return named(await answerOf(() => lane({ method, url, headers, body: json(body) }), PATIENCE_MS));
  } catch (error) {
    console.error("longshore: the function in lane failed", error);
  }
}

/** @param {unknown} value */
const named = (value) => (["string", "number"].includes(typeof value) && value !== "" ? String(value) : undefined);

/** @param {ArrayBuffer | undefined} bytes */
const json = (bytes) => parsed(bytes && new TextDecoder().decode(bytes));
