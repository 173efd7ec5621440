// Stands before `importScripts` in the worker scripts of tests: makes faults on command, so that the product needs no hook for it.
// Commands come from the page: `tell("quota")`.
const sound = { quota: false, halfway: false, full: 0, storage: false, wasm: false, trap: 0, newer: false, yesterday: false };
const faults = { ...sound };
const handles = new Set();

self.addEventListener("message", (event) => {
  const word = event.data?.test;
  if (!word) return;
  event.stopImmediatePropagation();
  if (word === "close") handles.forEach((handle) => handle.close());
  else if (word === "trap" || word === "full") faults[word] += 1;
  else if (word === "mend") Object.assign(faults, sound);
  else faults[word] = true;
  event.ports[0].postMessage("done");
});

// The clock, set back.
const { now } = Date;
Date.now = () => now() - (faults.yesterday ? 86_400_000 : 0);

// IndexedDB: full, full until something is removed (once for each word), gone, or of another version than ours.
for (const name of ["put", "add"]) {
  const real = IDBObjectStore.prototype[name];
  IDBObjectStore.prototype[name] = function (...args) {
    if (faults.quota || faults.full > 0) throw new DOMException("the disk is full (made by the test)", "QuotaExceededError");
    return real.apply(this, args);
  };
}
const remove = IDBObjectStore.prototype.delete;
IDBObjectStore.prototype.delete = function (...args) {
  if (faults.full > 0) faults.full -= 1;
  return remove.apply(this, args);
};
const { open } = IDBFactory.prototype;
IDBFactory.prototype.open = function (...args) {
  if (faults.storage) {
    // As when a profile is damaged: the upgrade does not succeed.
    const request = open.call(this, `broken-${Math.random()}`, 1);
    request.addEventListener("upgradeneeded", () => request.transaction.abort());
    return request;
  }
  // As the runtime's next version would, with another schema.
  if (faults.newer && args[0].startsWith("longshore:") && args[1]) args[1] += 1;
  const request = open.apply(this, args);
  request.addEventListener("success", () => handles.add(request.result));
  return request;
};
const { transaction } = IDBDatabase.prototype;
IDBDatabase.prototype.transaction = function (...args) {
  if (faults.storage) throw new DOMException("the database is closing (made by the test)", "InvalidStateError");
  return transaction.apply(this, args);
};

// Files: of one that is stored or read in pieces the first three go well; the fourth cannot be stored, and is not read to its end.
const { arrayBuffer } = Blob.prototype;
let pieces = 0;
const putPiece = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (value, ...key) {
  if (!faults.halfway || !(value instanceof Blob)) return putPiece.call(this, value, ...key);
  if (pieces >= 3) throw new DOMException("halfway", "DataCloneError");
  const request = putPiece.call(this, value, ...key);
  request.addEventListener("success", () => (pieces += 1));
  return request;
};
Blob.prototype.arrayBuffer = function () {
  return faults.halfway && (pieces += 1) > 3 ? new Promise(() => {}) : arrayBuffer.call(this);
};

// WebAssembly: does not start, or traps in the next request that it is handed. The build gives the wasm's own exports short names, so the
// trap sits where the glue's methods call them; only the tests know this name of the glue.
let glue;
Object.defineProperty(self, "__longshoreGlue", {
  get: () => glue,
  set: (made) => {
    glue = () => {
      const engine = made();
      for (const name of ["fetch", "mutate"]) {
        const real = engine.Runtime.prototype[name];
        engine.Runtime.prototype[name] = function (...args) {
          if (faults.trap > 0) {
            faults.trap -= 1;
            throw new WebAssembly.RuntimeError("unreachable (made by the test)");
          }
          return real.apply(this, args);
        };
      }
      return engine;
    };
  },
});
const refuse = () => {
  if (faults.wasm) throw new WebAssembly.CompileError("no WebAssembly (made by the test)");
};
const { instantiate, Instance } = WebAssembly;
WebAssembly.instantiate = async (source, imports) => {
  refuse();
  return instantiate.call(WebAssembly, source, imports);
};
WebAssembly.instantiateStreaming = async (response, imports) =>
  WebAssembly.instantiate(await (await response).arrayBuffer(), imports);
WebAssembly.Instance = function (module, imports) {
  refuse();
  return new Instance(module, imports);
};
