// @ts-check
// How several writes are written as one request, and their answers as one: OData 4.01, JSON Format, 19 (which Microsoft Graph's $batch speaks).
// Sends nothing.

import { parsed } from "./json.js";

/**
 * A write as it would go out by itself.
 * @typedef {{method: string, url: string, headers: [string, string][], body?: ArrayBuffer | Blob | object}} Item
 */

/** Not yet, in the engine's words: what is before it has not been done. */
export const early = () => Object.assign(new Error("it waits for what is before it in its batch"), { name: "LongshoreEarly" });

/** Whether a write can be one of several: its body is none or a text, and it depends on nothing that another of them may change. @param {Item} item */
export function isItem({ headers, body }) {
  const fields = new Headers(headers);
  return ![...fields.keys()].some((name) => name.startsWith("if-")) && textOf(fields, body) !== undefined;
}

/** What shows whose a write is. @param {Item} item */
export const secretOf = ({ headers }) => new Headers(headers).get("authorization");

/**
 * The request for all of them, which have one secret. Each is done once those before it are (`dependsOn`), as in their lane.
 * @param {Item[]} items of this origin.
 * @param {string} origin
 */
export function requestOf(items, origin) {
  /** @type {Record<string, string>} */
  const headers = { "content-type": "application/json", accept: "application/json" };
  const requests = items.map((item, place) => {
    const { authorization, ...own } = Object.fromEntries(new Headers(item.headers));
    if (place === 0 && authorization) headers.authorization = authorization;
    const url = item.url.slice(origin.length);
    const about = JSON.stringify({ id: String(place), method: item.method, url, headers: own, dependsOn: place > 0 ? [String(place - 1)] : undefined });
    const text = textOf(new Headers(item.headers), item.body);
    // As it was written: numbers that a script cannot hold stay what they are.
    return text ? `${about.slice(0, -1)},"body":${text}}` : about;
  });
  return { headers, body: `{"requests":[${requests.join()}]}` };
}

/**
 * Each item's own answer, by its place; it throws where there is none. Rejects where the whole is no answer to a batch.
 * @param {Response} response
 * @param {number} count
 * @returns {Promise<(place: number) => Response>}
 */
export async function answersOf(response, count) {
  const { status, headers } = response;
  if (!response.ok) {
    const bytes = await response.arrayBuffer();
    return (place) => {
      // As without a batch: it is the first that was refused, and the others wait for it.
      if (place > 0) throw early();
      return new Response(bytes, { status, headers });
    };
  }
  const { responses } = (await response.json().catch(() => undefined)) ?? {};
  if (!Array.isArray(responses)) throw new TypeError("the answer to a batch has no list of responses");
  const found = new Map(responses.map((answer) => [String(answer?.id), answer]));
  return (place) => {
    const answer = place < count ? found.get(String(place)) : undefined;
    // RFC 4918, 11.4: Failed Dependency. New credentials are asked for by the first, or by whoever is first then.
    if (answer?.status === 424 || (place > 0 && answer?.status === 401)) throw early();
    // The server may have done it all the same.
    if (!(answer?.status >= 200 && answer.status <= 599)) throw Object.assign(new Error("a batch was answered without it"), { name: "TimeoutError" });
    return responseOf(answer);
  };
}

/** @param {{status: number, headers?: Record<string, string>, body?: unknown}} answer */
function responseOf({ status, headers: fields, body }) {
  const headers = new Headers(fields ?? {});
  // Fetch, 2.2.6: with these there is no body.
  if (body === undefined || [204, 205, 304].includes(status)) return new Response(null, { status, headers });
  if (!headers.has("content-type")) headers.set("content-type", "application/json");
  const isText = typeof body === "string" && !isJson(headers);
  return new Response(isText ? body : JSON.stringify(body), { status, headers });
}

/**
 * A body as it stands in a batch: JSON as it is, other text as a JSON text; empty where there is none, undefined where it can be neither.
 * @param {Headers} headers
 * @param {ArrayBuffer | Blob | object | undefined} body
 */
function textOf(headers, body) {
  if (body === undefined) return "";
  const type = headers.get("content-type") ?? "";
  if (!(body instanceof ArrayBuffer) || !(isJson(headers) || type.startsWith("text/"))) return undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    if (!isJson(headers)) return JSON.stringify(text);
    return parsed(text) === undefined ? undefined : text;
  } catch {
    // Text of another encoding.
    return undefined;
  }
}

/** @param {Headers} headers */
const isJson = (headers) => /[/+]json\b/.test(headers.get("content-type") ?? "");
