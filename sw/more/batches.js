// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// Writes of one lane that go out in one request. The first of them takes along what is behind it: the engine stores of each that it is being
// sent, hands it over, and gets each one's own answer.
// Does not know how a batch is written (`batch.js`), nor what an answer means: the engine's queue does.

import { fieldsOf } from "../shell/ready.js";
import { inTime, within } from "../shell/settled.js";
import { answersOf, early, isItem, requestOf, secretOf } from "./batch.js";
import { renamed } from "./names.js";
import { begun, engine, routeOf, rows, store } from "./parts.js";

/**
 * @typedef {import("../works/sending.js").Write} Write
 * @typedef {import("./batch.js").Item} Item
 * @typedef {NonNullable<Longshore.Mutation["batch"]>} Rules
 *
 * @typedef {object} Member A write that is taken along.
 * @property {(item: Item) => void} arrive
 * @property {Promise<Item>} arrived
 * @property {(answer: Promise<Response>) => void} settle
 * @property {Promise<Response>} answer
 */

/** What goes into one request where the route does not say. */
const MOST_ITEMS = 20;
const MOST_BYTES = 256 * 1024;

/** How long the engine may take to store that the others are being sent, and the body of the answer, ms. */
const PATIENCE_MS = 5_000;

/** The endpoints that are none, or cannot make out what they get: each write goes by itself until the worker's next start. @type {Set<string>} */
const off = new Set();

/** Those that are to come, by the ids of their rows; null for one that comes too late. @type {Map<string, Member | null>} */
const expected = new Map();

/**
 * The answer to a write that goes out with others of its lane; undefined where it goes by itself.
 * @param {Write} write
 * @param {Item} item what would go out.
 * @returns {Promise<Response | undefined>}
 */
export async function batched(write, item) {
  const id = /** @type {string} */ (write.id);
  const member = expected.get(id);
  if (member !== undefined) {
    expected.delete(id);
    if (member === null) throw early();
    member.arrive(item);
    return member.answer;
  }
  const rules = routeOf(write).batch;
  if (!rules || off.has(rules.url) || !isItem(item) || !isOwn(item)) return undefined;
  const members = await along(id, rules).catch((error) => {
    console.warn("longshore: a write goes without those behind it", error);
    return [];
  });
  const arrived = await Promise.all(members.map(({ arrived }) => arrived));
  // A body may have been edited since it was looked at, and the app may give each other credentials.
  const unfit = arrived.findIndex((other) => !isItem(other) || secretOf(other) !== secretOf(item));
  const others = unfit < 0 ? arrived : arrived.slice(0, unfit);
  members.slice(others.length).forEach(({ settle }) => settle(Promise.reject(early())));
  if (others.length === 0) return undefined;
  const asked = ask(rules, write, [item, ...others]);
  members.slice(0, others.length).forEach(({ settle }, place) => settle(asked.then((answers) => (answers ? answers(place + 1) : Promise.reject(early())))));
  const answer = (await asked)?.(0);
  // It goes by itself, which is how new credentials are asked for.
  return answer?.status === 401 ? undefined : answer;
}

/** What goes to another origin is nothing for an endpoint of ours. @param {{url: string}} write */
const isOwn = ({ url }) => url.startsWith(`${begun().table.origin}/`);

/**
 * Asks the endpoint; promises each item's answer by its place, and nothing where it is no such endpoint.
 * @param {Rules} rules
 * @param {Write} write whose time and credentials it takes.
 * @param {Item[]} items
 */
async function ask({ url }, write, items) {
  const { credentials, referrer, referrerPolicy } = write;
  const own = begun().table.origin;
  const response = await inTime(write.timeout, (signal) =>
    fetch(new URL(url, own), { method: "POST", ...requestOf(items, own), credentials, referrer, referrerPolicy, signal }),
  );
  const { status } = response;
  if (status < 400 || status >= 500 || [401, 408, 425, 429].includes(status)) return within(answersOf(response, items.length), PATIENCE_MS);
  console.warn(`longshore: ${url} answered ${status}: writes go one by one`);
  off.add(url);
  return undefined;
}

/**
 * Those behind a write that go along, in their order: the engine has stored of each that it is being sent.
 * @param {string} id
 * @param {Rules} rules
 */
async function along(id, { url, maxItems = MOST_ITEMS, maxBytes = MOST_BYTES }) {
  const [all, paused] = await within(Promise.all([rows(), store.paused()]), PATIENCE_MS);
  const first = all.find((row) => row.id === id);
  const behind = all.filter((row) => row.lane === first?.lane && row.id > id).slice(0, maxItems - 1);
  const bodies = await store.rowBodies(behind.map((row) => row.id));
  let bytes = first.body?.size ?? 0;
  /** @type {Member[]} */
  const members = [];
  for (const [place, row] of behind.entries()) {
    bytes += row.body?.size ?? 0;
    const item = { method: row.method, url: row.url, headers: fieldsOf(row.headers), body: /** @type {ArrayBuffer | undefined} */ (bodies[place]) };
    const isSame = row.identity === first.identity && row.credentials === first.credentials && secretOf(item) === secretOf({ ...item, headers: fieldsOf(first.headers) });
    const fits = bytes <= maxBytes && routeOf(row).batch?.url === url && isSame && isOwn(row) && isItem(item);
    const rests = paused.includes(row.id) || row.state.until > Date.now();
    // What waits for an id that one before it is yet to be given cannot go along with that.
    if (!fits || rests || !(await renamed(row.url, item.headers, item.body).catch(() => undefined))) break;
    const member = promisedMember();
    expected.set(row.id, member);
    try {
      await engine.call((runtime) => runtime.command({ kind: "queue.join", id: row.id }));
    } catch {
      expected.delete(row.id);
      break;
    }
    members.push(member);
  }
  const come = await Promise.all(members.map(({ arrived }) => within(arrived, PATIENCE_MS).then(() => true, () => false)));
  const count = come.includes(false) ? come.indexOf(false) : members.length;
  // Behind one that has not come in time nothing goes along.
  members.slice(count).forEach(({ settle }) => settle(Promise.reject(early())));
  come.forEach((there, place) => there || expected.set(behind[place].id, null));
  return members.slice(0, count);
}

/** @returns {Member} */
function promisedMember() {
  /** @type {any} */
  const member = {};
  member.arrived = new Promise((resolve) => (member.arrive = resolve));
  member.answer = new Promise((resolve) => (member.settle = resolve));
  // It may be that nobody waits for it.
  member.answer.catch(() => {});
  return member;
}
