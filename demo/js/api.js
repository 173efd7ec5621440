// @ts-check
// Talks REST to the demo's server. Knows that a write may be answered 202 by Longshore's queue, and nothing else of it.

/** An answer that says no, or no answer at all (status 0). */
export class ApiError extends Error {
  /** @param {number} status @param {string} message @param {any} problem the problem+json body, if there was one */
  constructor(status, message, problem = null) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.problem = problem;
  }
}

/** @type {Map<string, string>} the ETag last read, by path */
const seen = new Map();

/** The ETag this page last saw of a path. @param {string} path */
export const etagOf = (path) => seen.get(path) ?? null;

/** @param {string} id */
const enc = encodeURIComponent;

/** The paths of the API, which are also the paths of the queue's rows. */
export const paths = {
  boards: "/api/boards",
  /** @param {string} board */
  board: (board) => `/api/boards/${enc(board)}`,
  /** @param {string} board */
  cards: (board) => `/api/boards/${enc(board)}/cards`,
  /** @param {string} board @param {string} card */
  card: (board, card) => `/api/boards/${enc(board)}/cards/${enc(card)}`,
  /** @param {string} board @param {string} card */
  comments: (board, card) => `/api/boards/${enc(board)}/cards/${enc(card)}/comments`,
  /** @param {string} board @param {string} card */
  attachments: (board, card) => `/api/boards/${enc(board)}/cards/${enc(card)}/attachments`,
  /** @param {string} board @param {string} card @param {string} id */
  attachment: (board, card, id) => `/api/boards/${enc(board)}/cards/${enc(card)}/attachments/${enc(id)}`,
};

/** @param {string} path @returns {Promise<any>} */
export async function read(path) {
  const answer = await send(path, {});
  const data = await json(answer);
  if (!answer.ok) throw refusal(answer, data);
  const etag = answer.headers.get("etag");
  if (etag) seen.set(path, etag);
  return data;
}

/** Reads every page of a collection. @param {string} path @returns {Promise<any[]>} */
export async function readAll(path) {
  const items = [];
  let cursor = "";
  for (let page = 0; page < 40; page += 1) {
    const data = await read(`${path}?limit=100${cursor}`);
    items.push(...data.items);
    if (!data.next) break;
    cursor = `&cursor=${enc(data.next)}`;
  }
  return items;
}

/**
 * @param {string} method
 * @param {string} path
 * @param {Record<string, any> | FormData | null} body
 * @param {{ifMatch?: string | null, newBoard?: boolean, words?: boolean}} [options] `newBoard`: the board may not have arrived yet; `words`:
 *   it changes what somebody has written; for both see sw.js
 * @returns {Promise<{queued: string | null, reason: string | null, data: any}>}
 */
export async function write(method, path, body, { ifMatch = null, newBoard = false, words = false } = {}) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (ifMatch) headers["If-Match"] = ifMatch;
  if (newBoard) headers["X-New-Board"] = "1";
  if (words) headers["X-Words"] = "1";
  if (body && !(body instanceof FormData)) headers["Content-Type"] = "application/json";
  const payload = body instanceof FormData || body === null ? body : JSON.stringify(body);
  const answer = await send(path, { method, headers, body: payload });
  const data = await json(answer);
  if (!answer.ok) throw refusal(answer, data);
  const queued = answer.status === 202 ? answer.headers.get("longshore-queued") : null;
  const etag = answer.headers.get("etag");
  if (etag && !queued && method === "PATCH") seen.set(path, etag);
  return { queued, reason: queued ? answer.headers.get("longshore-reason") : null, data };
}

/** @param {string} path @param {RequestInit} init */
async function send(path, init) {
  try {
    return await fetch(path, init);
  } catch {
    throw new ApiError(0, "The server cannot be reached.");
  }
}

/** @param {Response} answer @returns {Promise<any>} */
async function json(answer) {
  const text = await answer.text().catch(() => "");
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    // A login page, or half a body: no answer of our API.
    if (answer.ok) throw new ApiError(0, "The answer was not from the board's server.");
    return null;
  }
}

/** @param {Response} answer @param {any} problem */
function refusal(answer, problem) {
  return new ApiError(answer.status, problem?.detail ?? problem?.title ?? `The server said ${answer.status}.`, problem);
}
