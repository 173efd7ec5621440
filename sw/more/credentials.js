// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// Whose writes they are, and what shows it: the app's functions are asked, and nothing of it is kept.
// Does not decide what a 401 means: the engine's queue does.

import { answerOf } from "../shell/settled.js";
import { begun, routeOf } from "./parts.js";

/** How long the app's functions may take, ms. */
const PATIENCE_MS = 10_000;

/** @typedef {import("../works/sending.js").Write} Write */

/** The header fields under way from the app, for whoever asks meanwhile. @type {Map<Function, Promise<Record<string, string> | undefined>>} */
const refreshing = new Map();

/** Who is there now; nothing where the app makes no difference. @returns {Promise<string | undefined>} */
export async function identity() {
  const { identity } = begun().config;
  if (!identity) return undefined;
  return String((await answerOf(identity, PATIENCE_MS)) ?? "");
}

/** The field that is not to be kept of a write. @param {number} index its route. */
export const secretOf = (index) => (begun().config.mutations?.[index]?.authorize ? "authorization" : undefined);

/**
 * The fields to send a write with. Rejects where it is not to be sent now: somebody else is there, or nobody.
 * @param {Write} write
 */
export async function authorized(write) {
  if (write.identity !== undefined && write.identity !== (await identity().catch(() => undefined))) throw withheld();
  return fielded(write, false);
}

/** The same after a 401, with credentials that are new; nothing where the app has none. One asks for all. @param {Write} write */
export async function renewed(write) {
  return routeOf(write).authorize ? fielded(write, true) : undefined;
}

/** @param {Write} write @param {boolean} expired @returns {Promise<[string, string][]>} */
async function fielded(write, expired) {
  const { authorize } = routeOf(write);
  if (!authorize) return write.headers;
  const { method, url } = write;
  const ask = () => answerOf(() => authorize({ method, url, expired }), PATIENCE_MS);
  const refresh = () => {
    const asked = ask().finally(() => refreshing.delete(authorize));
    refreshing.set(authorize, asked);
    return asked;
  };
  const fields = await (refreshing.get(authorize) ?? (expired ? refresh() : ask())).catch((error) => {
    console.error("longshore: authorize failed", error);
    throw withheld();
  });
  if (!fields) throw withheld();
  const headers = new Headers(write.headers);
  for (const [name, value] of Object.entries(fields)) headers.set(name, value);
  return [...headers];
}

const withheld = () => Object.assign(new Error("there are no credentials for it now"), { name: "LongshoreWithheld" });
