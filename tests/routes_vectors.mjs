// Runs `routes.json` through the worker shell, as `routes.rs` runs it through Rust: `node --test tests/routes_vectors.mjs`.
// Bundles the shell from `sw/` as the build does, so it needs `node_modules`, but neither wasm nor a browser.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { buildSync } from "esbuild";
import { checked } from "../sw/pattern-check.js";

const ORIGIN = "https://app.example";
const path = (/** @type {string} */ relative) => fileURLToPath(new URL(relative, import.meta.url));
const groups = JSON.parse(readFileSync(path("routes.json"), "utf8"));
const longshore = loadShell();

for (const { name, routes, mutations, requests = [], refused = [] } of groups) {
  test(name, () => {
    for (const request of requests) {
      const asked = { method: "GET", destination: "", mode: "cors", headers: {}, ...request };
      const found = routes ? longshore.match(routes, asked, ORIGIN) : longshore.matchMutation(mutations, asked, ORIGIN);
      const expected = (routes ? request.route : request.mutation) ?? -1;
      assert.equal(found, expected, JSON.stringify(request));
    }
    for (const { match, error } of refused) {
      assert.equal(messageOf(() => checked(match)), error, match);
    }
  });
}

/** Runs the shell's script in a worker's stead and gives what it puts on `self`. */
function loadShell() {
  const { outputFiles } = buildSync({
    entryPoints: [path("../sw/longshore-sw.js")],
    bundle: true,
    format: "iife",
    target: "es2022",
    write: false,
    logLevel: "error",
  });
  /** @type {any} */
  const self = {
    URL,
    Headers,
    Request,
    Response,
    console,
    setTimeout,
    clearTimeout,
    location: new URL(`${ORIGIN}/sw.js`),
    registration: { scope: `${ORIGIN}/` },
    addEventListener() {},
    importScripts() {},
  };
  self.self = self;
  self.globalThis = self;
  vm.runInContext(outputFiles[0].text, vm.createContext(self), { filename: "longshore-sw.js" });
  return self.longshore;
}

/** @param {() => unknown} call */
function messageOf(call) {
  try {
    call();
  } catch (error) {
    // An Error of the other context is no `instanceof Error` of this one.
    return /** @type {Error} */ (error).message;
  }
  return "accepted";
}
