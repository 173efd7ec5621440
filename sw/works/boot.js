// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// A fresh engine: its wasm fetched, its config checked, and what it is handed of this worker.
// Does not say when: `engine.js` does.

import { worker } from "../shell/worker.js";
import { begun, chunks, refuse, shell } from "./begun.js";
import { allowed } from "./leaving.js";
import { opaque, removeOpaque } from "./opaque.js";

/**
 * @param {import("./engine.js").Life} life
 * @returns {Promise<import("./engine.js").Runtime>}
 */
export async function boot(life) {
  await allowed();
  const { config, files } = begun();
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
  const plain = plainConfig(config);
  try {
    glue.check(plain);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    throw refuse(error);
  }
  const { scope } = worker.registration;
  const { pathname } = new URL(scope);
  const keepsOpaque = config.routes?.some((route) => route.storeOpaque);
  /** @param {string[] | null | undefined} names @param {number} from where the keys of entries begin that are gone. */
  const forget = (names, from) => {
    if (names === null) return ready.distrust();
    ready.forget(names);
    if (names) return Promise.allSettled([chunks.forget(names), keepsOpaque && removeOpaque(pathname, names.slice(from))]);
  };
  const env = { scope, version, table: ready.table, forget, chunks, opaque: opaque.bind(null, pathname), ...life };
  const runtime = await glue.boot(plain, env);
  // Other workers are heard from now on; what they said before is not known.
  ready.forget();
  return runtime;
}

/** The config without functions: those stay here. @param {Longshore.Config} config */
function plainConfig(config) {
  /** @type {<T extends {match?: Longshore.Match}>(entry: T) => object} */
  const plain = (entry) => (typeof entry.match === "function" ? { ...entry, match: { hook: true } } : entry);
  return { ...config, routes: (config.routes ?? []).map(plain), mutations: (config.mutations ?? []).map(plain) };
}
