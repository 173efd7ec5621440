// Which files a tab gets that lives through an update. Runs `sw/shell/versions.js` and `sw/works/lineage.js` beside a shelf of a few lines.

import assert from "node:assert/strict";
import { test } from "node:test";

/** @type {string[]} */
let open = [];
Object.assign(globalThis, { self: { clients: { matchAll: async () => open.map((id) => ({ id })) } } });
const { Versions } = await import("../sw/shell/versions.js");
const { Lineage } = await import("../sw/works/lineage.js");

const APP = "https://app.example";
/** A shelf that holds one thing. */
const shelf = () => ({
  /** @type {any} */ held: undefined,
  async run(/** @type {string} */ _mode, /** @type {any} */ use) {
    return use({ get: () => structuredClone(this.held), put: (/** @type {any} */ value) => void (this.held = structuredClone(value)) });
  },
});
const entries = (/** @type {{[path: string]: string}} */ list) =>
  new Map(Object.entries(list).map(([path, revision]) => [APP + path, `${APP}${path}#revision=${revision}`]));
const ONE = entries({ "/index.html": "1", "/assets/app.aa.js": "", "/same.txt": "1" });
const TWO = entries({ "/index.html": "2", "/assets/app.bb.js": "", "/same.txt": "1" });
const THREE = entries({ "/index.html": "3", "/assets/app.cc.js": "" });
/** The worker of a version in a life of its own. @param {any} kept @param {Map<string, string>} list */
function worker(kept, list) {
  const versions = new Versions(list);
  const lineage = new Lineage(versions, kept);
  return {
    read: () => lineage.read(),
    settle: (/** @type {"activate" | "start"} */ at) => lineage.settle(at),
    keyOf: versions.keyOf.bind(versions),
    concern: versions.concern.bind(versions),
  };
}
const event = (/** @type {string} */ path, /** @type {any} */ fields = {}) => {
  const { clientId = "old", resultingClientId = "", ...request } = fields;
  return /** @type {FetchEvent} */ (/** @type {any} */ ({
    clientId, resultingClientId, request: { url: APP + path, method: "GET", mode: "cors", headers: new Headers(), ...request },
  }));
};

test("a tab keeps the version that it was loaded with; later ones get the current", async () => {
  const kept = shelf();
  open = [];
  assert.deepEqual(await worker(kept, ONE).settle("activate"), [...ONE.values()]);
  open = ["old"];
  const second = worker(kept, TWO);
  assert.deepEqual(await second.settle("activate"), [...TWO.values(), ...ONE.values()]);
  open = ["old", "new"];
  const key = (/** @type {string} */ tab, /** @type {string} */ path, free = true) => second.keyOf(tab, APP + path, free);
  assert.equal(key("old", "/assets/app.aa.js"), `${APP}/assets/app.aa.js#revision=`);
  assert.equal(key("old", "/assets/app.aa.js", false), `${APP}/assets/app.aa.js#revision=`, "whatever a route would say: the server has it no more");
  assert.equal(key("old", "/index.html"), `${APP}/index.html#revision=1`);
  assert.equal(key("old", "/index.html", false), undefined, "what is listed now goes by its route");
  assert.equal(key("old", "/same.txt"), undefined, "the same file");
  assert.equal(key("old", "/other"), undefined);
  for (const path of ["/assets/app.aa.js", "/index.html"]) assert.equal(key("new", path), undefined);
});

test("tabs of three versions each get their own, and a version goes with its last tab", async () => {
  const kept = shelf();
  open = [];
  await worker(kept, ONE).settle("activate");
  open = ["first"];
  await worker(kept, TWO).settle("activate");
  open = ["first", "second"];
  await worker(kept, THREE).settle("activate");
  // Another life of the same worker.
  const third = worker(kept, THREE);
  await third.read();
  const page = (/** @type {string} */ tab) => third.keyOf(tab, `${APP}/index.html`, true)?.split("=")[1];
  assert.deepEqual(["first", "second", "third"].map(page), ["1", "2", undefined]);
  assert.equal(await third.settle("start"), undefined, "nothing has changed");
  open = ["second", "third"];
  assert.deepEqual(await third.settle("start"), [...THREE.values(), ...TWO.values()]);
  assert.deepEqual(["first", "second"].map(page), [undefined, "2"]);
  open = [];
  assert.deepEqual(await worker(kept, THREE).settle("start"), [...THREE.values()]);
});

test("the older version that takes over again finds its tabs of before", async () => {
  const kept = shelf();
  open = [];
  await worker(kept, ONE).settle("activate");
  open = ["first"];
  await worker(kept, TWO).settle("activate");
  open = ["first", "second"];
  const back = worker(kept, ONE);
  await back.settle("activate");
  assert.equal(back.keyOf("first", `${APP}/index.html`, true), undefined, "it is the current one");
  assert.equal(back.keyOf("second", `${APP}/index.html`, true), `${APP}/index.html#revision=2`);
});

test("before the versions are known only what looks like a listed file is held up", () => {
  const versions = worker(shelf(), TWO);
  const concerns = (/** @type {string} */ path, free = true, /** @type {any} */ fields = {}) => versions.concern(event(path, fields), free);
  assert.ok(concerns("/assets/app.aa.js"));
  assert.ok(concerns("/assets/app.aa.js", false), "also where a route takes it");
  assert.ok(concerns("/index.html"));
  assert.ok(!concerns("/index.html", false), "its route decides");
  for (const path of ["/assets/logo.png", "/api/items", "/assets/deep/app.js", "/"]) assert.ok(!concerns(path), path);
  assert.ok(!concerns("/assets/app.aa.js", true, { method: "HEAD" }));
  assert.ok(!concerns("/assets/app.aa.js", true, { clientId: "" }));
  assert.ok(!concerns("/assets/app.aa.js", true, { headers: new Headers({ range: "bytes=0-1" }) }));
  assert.ok(!concerns("/index.html", true, { mode: "navigate", resultingClientId: "fresh" }));
  assert.ok(!concerns("/assets/app.aa.js", true, { clientId: "fresh" }), "it was loaded in this life");
});

test("once they are known only an older tab's own files are", async () => {
  const kept = shelf();
  open = [];
  await worker(kept, ONE).settle("activate");
  open = ["old"];
  const versions = worker(kept, TWO);
  await versions.settle("activate");
  assert.ok(versions.concern(event("/assets/app.aa.js"), true));
  assert.ok(!versions.concern(event("/assets/app.zz.js"), true));
  assert.ok(!versions.concern(event("/assets/app.aa.js", { clientId: "new" }), true));
});
