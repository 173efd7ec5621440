// @ts-check
/// <reference path="./longshore-sw.d.ts" />
// The works: everything of the worker that a first answer does not wait for. The shell (`longshore-sw.js`) imports them when it first needs
// them, in install at the latest.
//
// Bundled by `cargo xtask build` into one classic script together with the wasm's glue, named by its content.

import { adopt, chunks, engine } from "./works/begun.js";
import { boot } from "./works/boot.js";
import { message, sync } from "./works/messages.js";
import { activate, install, start } from "./works/phases.js";
import { answer, older, outlive } from "./works/serving.js";
import { worker } from "./shell/worker.js";

/** @param {import("./shell/worker.js").Shell} shell @returns {import("./shell/worker.js").Works} */
self.__longshoreWorks = (shell) => {
  adopt(shell, boot);
  // Before there is an engine there is nothing to find in stray errors.
  worker.addEventListener("error", ({ error }) => engine.onStrayError(error));
  worker.addEventListener("unhandledrejection", ({ reason }) => engine.onStrayError(reason));
  return {
    install,
    activate,
    start,
    message,
    sync,
    answer,
    older,
    outlive,
    used: (uses) => engine.call((runtime) => runtime.command({ kind: "used", uses })),
    read: (key, body) => chunks.read(key, body),
    get broken() {
      return engine.breakerOpen;
    },
    get up() {
      return engine.instance !== undefined;
    },
  };
};
