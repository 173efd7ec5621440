// @ts-check
/// <reference path="../longshore-sw.d.ts" />
// A fresh engine: its config checked, its wasm fetched, and what it is handed of this worker.
// Does not say when: `engine.js` does.

import { configError, messageOf } from "../shell/fault.js";
import { worker } from "../shell/worker.js";
import { begun, chunks, filesOf, shell } from "./begun.js";
import { ask } from "./desk.js";
import * as disk from "./disk.js";
import { allowed } from "./leaving.js";
import { isObserved } from "./observed.js";
import { more } from "./more.js";
import { opaque, removeOpaque } from "./opaque.js";
import { wrongPatterns } from "./patterns.js";
import { send } from "./sending.js";

/**
 * @param {import("./engine.js").Life} life
 * @returns {Promise<import("./engine.js").Runtime>}
 */
export async function boot(life) {
  await allowed();
  const files = filesOf();
  const { ready, version } = shell;
  // A worker that is active was installed with this very config.
  if (shell.config !== undefined && worker.serviceWorker?.state !== "activated") await check();
  const { config } = begun();
  const extra = more();
  /** @type {import("../shell/worker.js").Glue} */
  const glue = await files.startWasm(files.wasm, self.__longshoreGlue?.());
  const { scope } = worker.registration;
  const { pathname } = new URL(scope);
  const keepsOpaque = config.routes?.some((route) => route.storeOpaque);
  /** @param {string[] | null | undefined} names @param {number} from where the keys of entries begin that are gone. */
  const forget = (names, from) => {
    if (names === null) return ready.distrust();
    extra?.touched(names);
    ready.forget(names);
    if (!names) return undefined;
    disk.note();
    return Promise.allSettled([chunks.forget(names), keepsOpaque && removeOpaque(pathname, names.slice(from))]);
  };
  const env = { scope, version, table: ready.table, forget, isObserved, chunks, reconcile: extra?.reconcile, send, opaque: opaque.bind(null, pathname), ...life };
  const runtime = await glue.boot(plainConfig(config), env);
  // Other workers are heard from now on; what they said before is not known.
  ready.forget();
  extra?.touched();
  return runtime;
}

/** Refuses a config that cannot work, with everything that is wrong. */
async function check() {
  const wrong = wrongPatterns(shell.config);
  try {
    JSON.stringify(shell.config);
  } catch (error) {
    // It contains itself, or something else that JSON cannot say.
    throw (shell.refusal = configError(`config: ${messageOf(error)}`));
  }
  const words = await ask("check", shell.config);
  if (words) wrong.push(words);
  if (wrong.length > 0) throw (shell.refusal = configError(wrong.join("\n")));
}

/** The config without functions: those stay here. @param {any} config */
function plainConfig(config) {
  const plain = (/** @type {any} */ entry) =>
    ["match", "conflict"].reduce((given, key) => (typeof given?.[key] === "function" ? { ...given, [key]: { hook: true } } : given), entry);
  const lists = ["routes", "mutations"].filter((name) => Array.isArray(config?.[name]));
  return lists.reduce((given, name) => ({ ...given, [name]: given[name].map(plain) }), config);
}
