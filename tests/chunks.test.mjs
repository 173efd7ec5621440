// Large bodies in chunks: how much is in memory, who waits for whom, and what is removed.
// Runs `sw/works/chunks.js` beside a store and locks of a few lines; real browsers are the e2e suite's.

import assert from "node:assert/strict";
import { test } from "node:test";

const MB = 1 << 20;

/** @type {Map<string, any>} what is stored, by store and key. */
let stored = new Map();
/** @type {Map<string, number>} */
const locks = new Map();
/** @type {() => void} throws where the store is to fail. */
let onPut = () => {};

const nameOf = (/** @type {string} */ store, /** @type {any} */ key) => `${store} ${JSON.stringify(key)}`;
const database = {
  transaction() {
    /** @type {any} */
    const transaction = {};
    setTimeout(() => transaction.oncomplete?.());
    transaction.objectStore = (/** @type {string} */ store) => {
      const request = (/** @type {any} */ result) => {
        /** @type {any} */
        const asked = { result };
        queueMicrotask(() => asked.onsuccess?.());
        return asked;
      };
      return {
        get: (/** @type {any} */ key) => request(stored.get(nameOf(store, key))),
        getAllKeys: () => request([...stored.keys()].filter((name) => name.startsWith(`${store} `)).map((name) => JSON.parse(name.slice(store.length + 1)))),
        put: (/** @type {any} */ value, /** @type {any} */ key) => (onPut(), request(stored.set(nameOf(store, key), value))),
        delete: (/** @type {any} */ range) => {
          const wanted = nameOf(store, range).replace(/\]$/, ",");
          for (const name of stored.keys()) if (name === nameOf(store, range) || name.startsWith(wanted)) stored.delete(name);
          return request(undefined);
        },
      };
    };
    return transaction;
  },
};
const navigator = {
  locks: {
    async request(/** @type {string} */ name, /** @type {any} */ _options, /** @type {() => Promise<void>} */ use) {
      locks.set(name, (locks.get(name) ?? 0) + 1);
      await use();
      locks.set(name, (locks.get(name) ?? 0) - 1);
    },
    query: async () => ({ held: [...locks].filter(([, count]) => count > 0).map(([name]) => ({ name })) }),
  },
};
Object.defineProperty(globalThis, "navigator", { value: navigator });
Object.assign(globalThis, { IDBKeyRange: { bound: (/** @type {any} */ from) => from } });
const { Chunks } = await import("../sw/works/chunks.js");

/** A network that counts what was taken from it: pieces of 256 KB, numbered. @param {number} pieces */
function network(pieces) {
  const state = { taken: 0, cancelled: false };
  const stream = new ReadableStream({
    pull(controller) {
      if (state.taken === pieces) return controller.close();
      controller.enqueue(new Uint8Array(MB / 4).fill(state.taken++));
    },
    cancel: () => void (state.cancelled = true),
  }, { highWaterMark: 0 });
  return { state, response: new Response(stream) };
}
/** @param {number} pieces */
function begun(pieces) {
  stored = new Map();
  onPut = () => {};
  const chunks = new Chunks("db", async () => /** @type {any} */ (database), () => {}, async () => {});
  const { state, response } = network(pieces);
  const pump = /** @type {NonNullable<ReturnType<typeof chunks.take>>} */ (chunks.take(response));
  return { chunks, state, pump };
}
const inMemory = (/** @type {any} */ pump) => pump.pieces.reduce((/** @type {number} */ sum, /** @type {Uint8Array} */ piece) => sum + piece.byteLength, 0);
const chunksOf = () => [...stored.keys()].filter((name) => name.startsWith("chunks ")).length;
/** Resolves after everything that is under way. */
const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve));
};
/** @param {Response} response @param {number} pieces */
async function isWhole(response, pieces) {
  const bytes = new Uint8Array(await response.arrayBuffer());
  assert.equal(bytes.length, (pieces * MB) / 4);
  assert.ok(bytes.every((byte, at) => byte === Math.floor((at * 4) / MB) % 256));
}

test("what a page does not read is stored all the same, little of it in memory, and read later", async () => {
  const { chunks, pump } = begun(81);
  const { page } = pump;
  let most = 0;
  onPut = () => void (most = Math.max(most, inMemory(pump)));
  const body = /** @type {any} */ (await pump.store("k", Infinity));
  assert.deepEqual([body.byteLength, body.count, chunksOf()], [(81 * MB) / 4, 21, 21]);
  assert.equal(most, 4 * MB + MB / 4);
  assert.equal(inMemory(pump), 0);
  stored.set('bodies "k"', { ...body });
  chunks.forget(["k"]);
  await isWhole(page, 81);
  await isWhole(new Response(chunks.read("k", body)), 81);
  const part = new Uint8Array(await new Response(chunks.read("k", body, MB - 1, MB + 1)).arrayBuffer());
  assert.deepEqual([...part], [3, 4, 4]);
});

test("a body of up to 4 MB stays in one piece", async () => {
  const { pump } = begun(16);
  const { page } = pump;
  const body = /** @type {any} */ (await pump.store("k", Infinity));
  assert.deepEqual([body.byteLength, body instanceof ArrayBuffer, chunksOf()], [4 * MB, true, 0]);
  await isWhole(page, 16);
});

test("where nothing is stored the network waits for the page", async () => {
  const { pump, state } = begun(40);
  const reader = /** @type {ReadableStreamDefaultReader<Uint8Array>} */ (pump.page.body?.getReader());
  for (let read = 1; read <= 10; read++) {
    await reader.read();
    assert.equal(state.taken, read);
    assert.ok(inMemory(pump) <= MB / 4);
  }
  await reader.cancel();
  await settled();
  assert.ok(state.cancelled);
});

test("when the store fails under way, the page gets the whole, and the chunks go", async () => {
  const { chunks, pump, state } = begun(60);
  const { page } = pump;
  onPut = () => {
    if (chunksOf() === 7) throw new DOMException("full", "QuotaExceededError");
  };
  await assert.rejects(pump.store("k", Infinity), { name: "QuotaExceededError" });
  chunks.forget(["k"]);
  await settled();
  assert.deepEqual([chunksOf(), state.taken], [7, 32], "kept for the page, and no more is asked of the network");
  await isWhole(page, 60);
  await settled();
  assert.equal(chunksOf(), 0);
});

test("a body that turns out longer than allowed is not stored", async () => {
  const { chunks, pump, state } = begun(60);
  assert.deepEqual(await pump.store("k", 6 * MB), { byteLength: 6.25 * MB });
  chunks.forget(["k"]);
  await settled();
  assert.deepEqual([chunksOf(), state.cancelled], [0, true]);
});

test("what was replaced stays while it is read, and goes then; a gone chunk is an error, and the entry goes", async () => {
  const { chunks, pump } = begun(40);
  const body = /** @type {any} */ (await pump.store("k", Infinity));
  stored.set('bodies "k"', { ...body });
  chunks.forget(["k"]);
  await settled();
  const old = new Response(chunks.read("k", body));
  stored.set('bodies "k"', new ArrayBuffer(1));
  chunks.forget(["k"]);
  await settled();
  assert.equal(chunksOf(), 10);
  await isWhole(old, 40);
  await settled();
  assert.equal(chunksOf(), 0);
  await assert.rejects(new Response(chunks.read("k", body)).arrayBuffer());
  assert.ok(stored.has('bodies "k"'), "another body lies there");
  stored.set('bodies "k"', { ...body });
  await assert.rejects(new Response(chunks.read("k", body)).arrayBuffer());
  assert.ok(!stored.has('bodies "k"'));
});

test("a lock that is let go while a sweep looks spares nothing for good", async () => {
  const { chunks, pump } = begun(60);
  await pump.store("k", Infinity);
  const { query } = navigator.locks;
  // What the sweep is told is true no more when it hears it.
  navigator.locks.query = async () => {
    const told = await query();
    navigator.locks.query = query;
    for (const pump of chunks.pumps) pump.settle();
    await settled();
    return told;
  };
  await chunks.sweep();
  await settled();
  assert.equal(chunksOf(), 0);
});

test("a new worker removes what one that died has left, and leaves what another is storing", async () => {
  const { pump } = begun(60);
  await pump.store("k", Infinity);
  const other = new Chunks("db", async () => /** @type {any} */ (database), () => {}, async () => {});
  await other.sweep();
  assert.equal(chunksOf(), 15, "its lock is still held");
  locks.clear();
  await other.sweep();
  assert.equal(chunksOf(), 0);
});

test("small bodies and redirected ones of unknown length go the browser's own way", () => {
  const chunks = new Chunks("db", async () => /** @type {any} */ (database), () => {}, async () => {});
  const taken = (/** @type {any} */ headers, redirected = false) => {
    const response = new Response("x", { headers });
    if (redirected) Object.defineProperty(response, "redirected", { value: true });
    return chunks.take(response) !== undefined;
  };
  assert.ok(!taken({ "content-length": String(4 * MB) }));
  assert.ok(taken({ "content-length": String(4 * MB + 1) }));
  assert.ok(taken({ "content-length": String(MB), "content-encoding": "gzip" }));
  assert.ok(!taken({ "content-length": "1000", "content-encoding": "gzip" }));
  assert.ok(taken({}));
  assert.ok(!taken({}, true));
  assert.equal(chunks.take(new Response(null, { status: 204 })), undefined);
});
