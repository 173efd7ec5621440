// Runs `routes.json` through the worker shell's routes, as `routes.rs` runs it through Rust: `node --test tests/routes_vectors.mjs`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { checked } from "../sw/pattern-check.js";
import { compileMutations, compileRoutes } from "../sw/shell/routes.js";

const ORIGIN = "https://app.example";
const path = (/** @type {string} */ relative) => fileURLToPath(new URL(relative, import.meta.url));
const groups = JSON.parse(readFileSync(path("routes.json"), "utf8"));

for (const { name, routes, mutations, requests = [], refused = [] } of groups) {
  test(name, () => {
    for (const request of requests) {
      const asked = { method: "GET", destination: "", mode: "cors", headers: {}, ...request };
      const url = new URL(asked.url);
      const found = (routes ? compileRoutes(routes) : compileMutations(mutations)).findIndex((matches) => matches(asked, url, ORIGIN));
      const expected = (routes ? request.route : request.mutation) ?? -1;
      assert.equal(found, expected, JSON.stringify(request));
    }
    for (const { match, error } of refused) {
      assert.equal(messageOf(() => checked(match)), error, match);
    }
  });
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
