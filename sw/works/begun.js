// @ts-check
// What the works were given by the shell, and what they make of it once: the parts that others of them share.
// Decides nothing.

import { configError } from "../shell/fault.js";
import { Chunks } from "./chunks.js";
import { Engine } from "./engine.js";
import { Files } from "./files.js";
import { Lineage } from "./lineage.js";
import { Store } from "./store.js";
import { worker } from "../shell/worker.js";

/**
 * @typedef {object} Parts
 * @property {Files} files
 * @property {Lineage} lineage
 */

/** @type {import("../shell/worker.js").Shell} */
export let shell;
/** @type {Engine} */
export let engine;
/** @type {Store} */
export let store;
/** @type {Chunks} */
export let chunks;
/** @type {Files | undefined} */
let files;
/** @type {Lineage | undefined} */
let lineage;

/**
 * @param {import("../shell/worker.js").Shell} given
 * @param {(life: import("./engine.js").Life) => Promise<import("./engine.js").Runtime>} boot
 */
export function adopt(given, boot) {
  shell = given;
  engine = new Engine(boot, () => shell.refusal !== undefined);
  const { ready } = shell;
  store = new Store(ready);
  const makeRoom = () => engine.call((runtime) => runtime.command({ kind: "make-room" }));
  chunks = new Chunks(ready.database, () => ready.handle(), () => ready.close(), makeRoom, () => store.rows());
}

/** Our own files, wherever the config says they are. */
export function filesOf() {
  return (files ??= new Files(shell.base, worker.registration.scope));
}

/** What was started, with the parts made for it; throws where nothing was. @returns {import("../shell/worker.js").Started & Parts} */
export function begun() {
  const { started } = shell;
  if (shell.refusal || !started) throw (shell.refusal ??= configError("longshore.start() was not called while the script ran"));
  const { shelf } = filesOf();
  lineage ??= new Lineage(started.versions, shelf);
  return { ...started, files: filesOf(), lineage };
}
