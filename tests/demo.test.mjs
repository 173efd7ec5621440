// The demo's pure modules: rows of the queue become ops, and ops laid over the server's answers give what is shown.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildSync } from "esbuild";

globalThis.location ??= /** @type {any} */ ({ href: "http://127.0.0.1:8790/" });

const folder = mkdtempSync(join(tmpdir(), "longshore-demo-"));
after(() => rmSync(folder, { recursive: true }));

/** A module of the demo, which node alone would take for CommonJS by its ending. @param {string} name */
function load(name) {
  const outfile = join(folder, `${name}.mjs`);
  buildSync({ entryPoints: [fileURLToPath(new URL(`../demo/js/${name}.js`, import.meta.url))], bundle: true, format: "esm", outfile, logLevel: "error" });
  return import(pathToFileURL(outfile).href);
}

const { parts } = await load("multipart");
const { describe, fromRow } = await load("op");
const { layBoards, layCards, layComments } = await load("overlay");
const { between, columnOf } = await load("place");

const bytes = (text) => new TextEncoder().encode(text).buffer;
const at = Date.UTC(2026, 2, 1);

/** A row as `queue.list({bodies: true})` gives it. */
function row(id, method, path, body, more = {}) {
  const contentType = body === undefined ? null : "application/json";
  const encoded = body === undefined ? undefined : bytes(JSON.stringify(body));
  return { id, lane: "b1", method, url: `http://127.0.0.1:8790${path}`, state: "pending", attempts: 0, notBefore: null, createdAt: at, key: "k", status: null, reason: null, contentType, size: 0, body: encoded, ...more };
}

const ops = (...rows) => rows.map(fromRow);
const card = (id, position, more = {}) => ({ id, board: "b1", title: id, text: "", column: "todo", position, version: 1, updatedAt: at, comments: 0, attachments: [], ...more });
const brief = (cards) => cards.map(({ id, title, column, mark }) => [id, title, column, mark ?? null]);

test("multipart gives fields and bytes back as they were", async () => {
  const form = new FormData();
  const picture = Uint8Array.from({ length: 3000 }, (_, n) => (n * 31) % 256);
  form.append("id", "a1");
  form.append("file", new File([picture, "\r\n--x"], "pier.png", { type: "image/png" }));
  const request = new Request("http://a.example/", { method: "POST", body: form });
  const [id, file, ...rest] = parts(await request.clone().arrayBuffer(), request.headers.get("content-type"));
  assert.deepEqual([id.name, new TextDecoder().decode(id.bytes), id.filename], ["id", "a1", null]);
  assert.deepEqual([file.name, file.filename, file.type, file.bytes.length], ["file", "pier.png", "image/png", 3005]);
  assert.deepEqual(file.bytes.slice(0, 3000), picture);
  assert.deepEqual(rest, []);
});

test("what is no multipart body has no parts", () => {
  assert.deepEqual(parts(bytes("{}"), "application/json"), []);
  assert.deepEqual(parts(bytes("--b\r\ncut off"), "multipart/form-data; boundary=b"), []);
});

test("a row says what it writes", () => {
  const check = (method, path, body, expected) => {
    const { noun, verb, board, card: of, target } = fromRow(row("q1", method, path, body));
    assert.deepEqual([noun, verb, board, of, target], expected, `${method} ${path}`);
  };
  check("POST", "/api/boards", { id: "b1", title: "B" }, ["board", "create", "b1", "", "b1"]);
  check("PATCH", "/api/boards/b1", { title: "C" }, ["board", "patch", "b1", "", "b1"]);
  check("DELETE", "/api/boards/b1", undefined, ["board", "delete", "b1", "", "b1"]);
  check("POST", "/api/boards/b1/cards", { id: "c1" }, ["card", "create", "b1", "c1", "c1"]);
  check("POST", "/api/boards/b1/cards", {}, ["card", "create", "b1", "q1", "q1"]);
  check("PATCH", "/api/boards/b1/cards/c%201", { text: "" }, ["card", "patch", "b1", "c 1", "c 1"]);
  check("POST", "/api/boards/b1/cards/c1/comments", { id: "k1" }, ["comment", "create", "b1", "c1", "k1"]);
  check("POST", "/api/elsewhere", { id: "x" }, ["other", "create", "", "", "x"]);
});

test("writes on their way are laid over the cards, in order", () => {
  const laid = layCards([card("c1", 1), card("c2", 2), card("c3", 3)], ops(
    row("q1", "POST", "/api/boards/b1/cards", { id: "c4", title: "New", column: "todo", position: 1.5 }),
    row("q2", "PATCH", "/api/boards/b1/cards/c4", { column: "done", position: 7 }),
    row("q3", "PATCH", "/api/boards/b1/cards/c1", { title: "Edited" }, { state: "conflict", status: 412 }),
    row("q4", "DELETE", "/api/boards/b1/cards/c2"),
    row("q5", "POST", "/api/boards/b2/cards", { id: "c9", title: "Of another board" }),
  ), "b1");
  assert.deepEqual(brief(laid), [["c1", "Edited", "todo", "failed"], ["c3", "c3", "todo", null], ["c4", "New", "done", "waiting"]]);
});

test("laying what the server has already applied changes nothing", () => {
  const made = ops(row("q1", "POST", "/api/boards/b1/cards", { id: "c1", title: "c1" }));
  assert.deepEqual(brief(layCards([card("c1", 1)], made, "b1")), [["c1", "c1", "todo", "waiting"]]);
  const said = ops(row("q2", "POST", "/api/boards/b1/cards/c1/comments", { id: "k1", author: "Ada", text: "Hello" }));
  assert.equal(layComments([{ id: "k1", author: "Ada", text: "Hello", createdAt: at }], said, "c1").length, 1);
});

test("a refused delete does not hide what is still there", () => {
  const refused = ops(row("q1", "DELETE", "/api/boards/b1/cards/c1", undefined, { state: "dead", status: 403 }));
  assert.deepEqual(brief(layCards([card("c1", 1)], refused, "b1")), [["c1", "c1", "todo", "failed"]]);
});

test("a board made offline is in the list, with the worst of its marks", () => {
  const laid = layBoards([], ops(
    row("q1", "POST", "/api/boards", { id: "b1", title: "Boat" }),
    row("q2", "POST", "/api/boards/b1/cards", { id: "c1" }, { state: "dead", status: 422 }),
  ));
  assert.deepEqual(laid.map(({ id, title, mark }) => [id, title, mark]), [["b1", "Boat", "failed"]]);
});

test("a move writes one position between its neighbours", () => {
  const cards = [card("c1", 1), card("c2", 2), card("c3", 3)];
  const check = (column, index, expected) => assert.equal(between(columnOf(cards, column, "c3"), index), expected);
  check("todo", 0, 0);
  check("todo", 1, 1.5);
  check("todo", 2, 3);
  check("done", 0, 1);
});

test("writes are said in words", () => {
  const check = (noun, verb, fields, name, expected) => assert.equal(describe({ noun, verb, fields }, name), expected);
  check("card", "patch", { column: "done", position: 1 }, "Rope", "Move “Rope” to Done");
  check("card", "patch", { text: "x" }, "Rope", "Edit “Rope”");
  check("card", "patch", { title: "Line" }, "Rope", "Rename “Rope” to “Line”");
  check("photo", "create", {}, null, "Photo for a card");
});

test("the worker precaches every file that the page is made of", () => {
  const demo = new URL("../demo/", import.meta.url);
  const script = readFileSync(new URL("sw.js", demo), "utf8");
  // model.js holds only types, and no page asks for it.
  const files = ["js", "css"].flatMap((of) => readdirSync(new URL(of, demo)).map((name) => `/${of}/${name}`)).filter((file) => file !== "/js/model.js");
  assert.deepEqual(files.filter((file) => !script.includes(`"${file}"`)), []);
  const named = [...script.matchAll(/"(\/(?:js|css)\/[^"*]+)"/g)].map(([, file]) => file);
  assert.deepEqual(named.filter((file) => !files.includes(file)), []);
});
