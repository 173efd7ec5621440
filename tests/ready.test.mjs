// Answers that the engine has declared ready: when they go out without it, and when they must not.
// Runs `sw/shell/ready.js` and `routes.js` beside a store of a few lines; real browsers are the e2e suite's.

import assert from "node:assert/strict";
import { test } from "node:test";

/** @type {{[store: string]: {[key: string]: any}}} */
let stores = {};
let reads = 0;
/** @type {(() => void) | undefined} what happens while the next read is under way. */
let meanwhile;

const request = (/** @type {any} */ result) => {
  /** @type {any} */
  const asked = { result };
  setTimeout(() => asked.onsuccess());
  return asked;
};
const database = {
  version: 3,
  close() {},
  transaction: () => ({
    objectStore: (/** @type {string} */ store) => ({
      get: (/** @type {string} */ key) => {
        reads += 1;
        meanwhile?.();
        meanwhile = undefined;
        return request(stores[store]?.[key]);
      },
    }),
  }),
};
Object.assign(globalThis, { self: { indexedDB: { open: () => request(database) } } });
const { Ready } = await import("../sw/shell/ready.js");
const { Table } = await import("../sw/shell/routes.js");

const URL_A = "https://app.example/a";
const YEAR = 365 * 86_400_000;
const now = Date.now();
const at = (/** @type {string[]} */ ...keys) => ({ keys, ages: true, route: 0 });
const entry = (/** @type {any} */ fields = {}) => ({
  status: 200, head: "content-type: text/plain\nage: 7\ncontent-encoding: gzip\n", url: URL_A, generation: 5, group: "a", tags: ["api"], size: 6,
  ready: { table: "t1", from: now - 1000, until: now + YEAR, born: now - 90_000 }, ...fields,
});
/** A fresh `Ready` over a store with one entry. @param {any} [fields] @param {any} [more] */
function stocked(fields, more = {}) {
  stores = { entries: { [URL_A]: entry(fields) }, bodies: { [URL_A]: new TextEncoder().encode("stored").buffer }, generations: { current: 5, ...more.generations } };
  reads = 0;
  const ready = new Ready("longshore:/", () => "t1", () => new ReadableStream());
  if (more.memory !== undefined) ready.memory = more.memory;
  return ready;
}

test("a ready answer goes out from the store, and from memory after that", async () => {
  const ready = stocked();
  assert.equal(ready.remembered(at(URL_A)), undefined);
  const response = await ready.stored(at(URL_A));
  assert.equal(await response?.text(), "stored");
  const fields = [...(response?.headers ?? [])].map(([name, value]) => [name, value.replace(/ttl=3\d{7}/, "ttl=N")]);
  assert.deepEqual(fields, [
    ["age", "90"], ["cache-status", "Longshore; hit; ttl=N; detail=store"], ["content-encoding", "gzip"], ["content-type", "text/plain"], ["server-timing", "longshore;desc=store"],
  ]);
  const before = reads;
  const again = ready.remembered(at(URL_A));
  assert.match(again?.headers.get("cache-status") ?? "", /^Longshore; hit; ttl=3\d{7}; detail=memory$/);
  assert.equal(await again?.text(), "stored");
  assert.equal(reads, before);
});

test("what is not ready is left to the engine", async () => {
  const ready = { table: "t1", from: now - 1000, until: now + YEAR, born: now };
  const cases = [
    ["no mark", { ready: undefined }, {}],
    ["the mark of another table", { ready: { ...ready, table: "t2" } }, {}],
    ["not yet: the clock was set back", { ready: { ...ready, from: now + YEAR } }, {}],
    ["no longer", { ready: { ...ready, until: now } }, {}],
    ["another body than the one that was stored", { size: 7 }, {}],
    ["a damaged record", { head: 7 }, {}],
    ["the mark of another route", { ready: { ...ready, route: 1 } }, {}],
    ["its URL was written to", { url: `${URL_A}?q` }, { current: 9, [`u:${URL_A}`]: 9 }],
    ["its tag was raised", {}, { current: 9, "t:api": 6 }],
    ["what was raised has been forgotten", {}, { current: 9, all: 6 }],
  ];
  for (const [name, fields, generations] of cases) {
    assert.equal(await stocked(fields, { generations }).stored(at(URL_A)), undefined, String(name));
  }
  assert.equal(await stocked().stored(at("https://app.example/b")), undefined);
  const precached = stocked({ group: "precache" }, { generations: { current: 9, all: 6 } });
  assert.ok(await precached.stored(at(URL_A)), "it goes with its revision");
  const other = stocked({}, { generations: { current: 9, "t:other": 9, "t:api": 5 } });
  assert.equal(await (await other.stored(at(URL_A)))?.text(), "stored");
});

test("a database that opens before it is asked is the one that is read, and one that would not is opened again", async () => {
  let opened = 0;
  const { open } = self.indexedDB;
  /** @type {any} */ (self.indexedDB).open = () => {
    opened += 1;
    if (opened === 2) throw new Error("refused");
    return open("", 1);
  };
  const early = stocked();
  early.prepare();
  assert.ok(await early.stored(at(URL_A)));
  assert.equal(opened, 1);
  const refused = stocked();
  refused.prepare();
  assert.equal(await refused.stored(at(URL_A)), undefined, "the engine is asked");
  assert.ok(await refused.stored(at(URL_A)));
  self.indexedDB.open = open;
});

test("the database of a newer version is left to the engine, which leaves it alone", async () => {
  database.version = 4;
  assert.equal(await stocked().stored(at(URL_A)), undefined);
  database.version = 3;
  assert.ok(await stocked().stored(at(URL_A)));
});

test("what is precached does not age", async () => {
  const place = { keys: ["https://app.example/b", URL_A], ages: false, route: -1 };
  const ready = stocked({ ready: { table: "t1", from: now + YEAR, until: now - 1000, born: now } });
  assert.equal((await ready.stored(place))?.headers.get("cache-status"), "Longshore; hit; detail=store");
  assert.equal(ready.remembered(place)?.headers.get("cache-status"), "Longshore; hit; detail=memory");
  assert.equal(ready.remembered(at(URL_A)), undefined);
  const other = stocked({ ready: { table: "t2", from: 0, until: now + YEAR, born: now } });
  assert.equal(await other.stored(place), undefined, "the mark of another table");
});

test("what is forgotten is read again, also when it was being read", async () => {
  for (const names of [undefined, [URL_A], ["t:api"], [`u:${URL_A}`]]) {
    const ready = stocked();
    await ready.stored(at(URL_A));
    ready.forget(["t:other"]);
    assert.ok(ready.remembered(at(URL_A)));
    ready.forget(names);
    assert.equal(ready.remembered(at(URL_A)), undefined, String(names));
    assert.equal(ready.bytes, 0);
  }
  const ready = stocked();
  meanwhile = () => ready.forget(["t:api"]);
  assert.ok(await ready.stored(at(URL_A)));
  assert.equal(ready.remembered(at(URL_A)), undefined);
});

test("memory is bounded, in all and for one, and the longest unused goes first", async () => {
  const ready = stocked({}, { memory: 8 * 1036 });
  const url = (/** @type {number} */ at) => `https://app.example/${at}`;
  for (let n = 0; n < 9; n++) {
    stores.entries[url(n)] = entry({ url: url(n), size: 12 });
    stores.bodies[url(n)] = new ArrayBuffer(12);
  }
  stores.entries[URL_A] = entry({ size: 13 });
  stores.bodies[URL_A] = new ArrayBuffer(13);
  for (let n = 0; n < 8; n++) await ready.stored(at(url(n)));
  assert.equal(ready.bytes, 8 * 1036);
  assert.ok(ready.remembered(at(url(0))));
  await ready.stored(at(url(8)));
  assert.deepEqual([ready.remembered(at(url(1))), ready.bytes], [undefined, 8 * 1036]);
  assert.ok(ready.remembered(at(url(0))));
  await ready.stored(at(URL_A));
  assert.equal(ready.remembered(at(URL_A)), undefined);
  const off = stocked({}, { memory: 0 });
  await off.stored(at(URL_A));
  assert.equal(off.remembered(at(URL_A)), undefined);
});

test("a request that asks for something else is not taken", () => {
  const ready = stocked();
  const takes = (/** @type {any} */ init) => ready.takes(new Request(URL_A, init));
  assert.ok(takes({ headers: { accept: "text/html", "x-mine": "1" } }));
  assert.ok(!takes({ method: "HEAD" }));
  assert.ok(!takes({ cache: "reload" }));
  for (const name of ["range", "if-none-match", "cache-control", "authorization"]) assert.ok(!takes({ headers: { [name]: "x" } }), name);
});

test("a store that fails leaves the answer to the engine, and its handle is dropped", async () => {
  const ready = stocked();
  await ready.stored(at(URL_A));
  const { transaction } = database;
  database.transaction = () => {
    throw new DOMException("The database connection is closing", "InvalidStateError");
  };
  assert.equal(await ready.stored(at(URL_A)), undefined);
  assert.equal(ready.remembered(at(URL_A)), undefined, "what was read over it goes too");
  database.transaction = transaction;
  assert.ok(await ready.stored(at(URL_A)));
});

test("uses are told in batches", async () => {
  const ready = stocked();
  await ready.stored(at(URL_A));
  assert.equal(ready.takeUses(64), undefined);
  for (let n = 0; n < 63; n++) ready.uses.set(String(n), ["a", n]);
  const uses = ready.takeUses(64);
  assert.deepEqual([uses?.length, uses?.[0].key, uses?.[0].group], [64, URL_A, "a"]);
  assert.equal(ready.takeUses(64), undefined);
});

test("answers that may go out unjudged lie under the route's key, then the precached one", () => {
  const config = /** @type {Longshore.Config} */ ({
    routes: [
      { match: "/a", strategy: "cache-first" }, { match: "/b", strategy: "stale-while-revalidate", ignoreSearch: true },
      { match: "/c", strategy: "network-first" }, { match: "/d", strategy: "network-only", fallback: "/a" },
      { match: "/e", strategy: "cache-first", staleTime: "3s" },
    ],
    precache: ["/a", { url: "/c", revision: "7" }, { url: "/e", revision: null }],
  });
  const table = new Table(config, "https://app.example/");
  const check = (/** @type {string} */ path, /** @type {number} */ index, /** @type {string[]} */ expected) => {
    const place = { keys: expected.map((key) => `https://app.example${key}`), ages: index >= 0, route: index };
    assert.deepEqual(table.placeOf(`https://app.example${path}`, index), place);
  };
  check("/a#top", 0, ["/a", "/a#revision="]);
  check("/a?q", 0, ["/a?q"]);
  check("/b?q#x", 1, ["/b"]);
  check("/c", 2, []);
  check("/c", -1, ["/c#revision=7"]);
  check("/e", -1, ["/e#revision="]);
  check("/d", 3, []);
  check("/e", 4, ["/e"]);
});
