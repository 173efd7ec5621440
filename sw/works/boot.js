// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// A fresh engine: its wasm fetched, its config checked, and what it is handed of this worker.
// Does not say when: `engine.js` does.

import { configError, messageOf } from "../shell/fault.js";
import { worker } from "../shell/worker.js";
import { begun, chunks, filesOf, shell } from "./begun.js";
import * as disk from "./disk.js";
import { allowed } from "./leaving.js";
import { isObserved } from "./observed.js";
import { opaque, removeOpaque } from "./opaque.js";
import { wrongPatterns } from "./patterns.js";

/**
 * @param {import("./engine.js").Life} life
 * @returns {Promise<import("./engine.js").Runtime>}
 */
export async function boot(life) {
  await allowed();
  const files = filesOf();
  const { ready, version } = shell;
  /** @type {import("../shell/worker.js").Glue} */
  const glue = self.__longshoreGlue?.();
  const wasm = await files.wasmResponse();
  try {
    await glue({ module_or_path: wasm });
  } catch (error) {
    await files.forgetWasm();
    throw error;
  }
  // A worker that is active was installed with this very config.
  if (shell.config !== undefined && worker.serviceWorker?.state !== "activated") check(glue);
  const { config } = begun();
  const { scope } = worker.registration;
  const { pathname } = new URL(scope);
  const keepsOpaque = config.routes?.some((route) => route.storeOpaque);
  /** @param {string[] | null | undefined} names @param {number} from where the keys of entries begin that are gone. */
  const forget = (names, from) => {
    if (names === null) return ready.distrust();
    ready.forget(names);
    if (!names) return undefined;
    disk.note();
    return Promise.allSettled([chunks.forget(names), keepsOpaque && removeOpaque(pathname, names.slice(from))]);
  };
  const env = { scope, version, table: ready.table, forget, isObserved, chunks, opaque: opaque.bind(null, pathname), ...life };
  const runtime = await glue.boot(plainConfig(config), env);
  // Other workers are heard from now on; what they said before is not known.
  ready.forget();
  return runtime;
}

/** Refuses a config that cannot work, with everything that is wrong. @param {import("../shell/worker.js").Glue} glue */
function check(glue) {
  const wrong = wrongPatterns(shell.config);
  try {
    glue.check(plainConfig(shell.config));
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    wrong.push(messageOf(error));
  }
  if (wrong.length > 0) throw (shell.refusal = configError(wrong.join("\n")));
}

/** The config without functions: those stay here. @param {any} config */
function plainConfig(config) {
  const plain = (/** @type {any} */ entry) => (typeof entry?.match === "function" ? { ...entry, match: { hook: true } } : entry);
  const lists = ["routes", "mutations"].filter((name) => Array.isArray(config?.[name]));
  return lists.reduce((given, name) => ({ ...given, [name]: given[name].map(plain) }), config);
}
