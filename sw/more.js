// @ts-check
/// <reference path="./longshore-sw.d.ts" />
// What only some apps ask for: conflicts that are settled, writes seen in what is read, ids of what was made offline. The works import it, in
// install at the latest, where the config wants any of it (`works/more.js`).
//
// Bundled by `cargo xtask build` into one classic script, named by its content.

import { conflict, keysOfBase, reconcile, resolve } from "./more/conflicts.js";
import { authorized, identity, renewed, secretOf } from "./more/credentials.js";
import { laneOf } from "./more/lanes.js";
import { over, touched } from "./more/layers.js";
import { forget, known, learn, promised, renamed } from "./more/names.js";
import { adopt } from "./more/parts.js";

/** @param {import("./more/parts.js").Parts} parts */
const more = (parts) => {
  adopt(parts);
  return {
    authorized, conflict, forget, identity, keysOfBase, known, laneOf, learn, over, promised, reconcile, renamed, renewed, resolve, secretOf, touched,
  };
};

/** @typedef {ReturnType<typeof more>} More */

self.__longshoreMore = more;
