// @ts-check
/// <reference path="./longshore-sw.d.ts" />
// What only some apps ask for: conflicts that are settled, writes seen in what is read, ids of what was made offline, several writes as one, reads by POST. The works import it, in
// install at the latest, where the config wants any of it (`works/more.js`).
//
// Bundled by `cargo xtask build` into one classic script, named by its content.

import { batched } from "./more/batches.js";
import { coalesced } from "./more/coalesce.js";
import { conflict, keysOfBase, reconcile, resolve } from "./more/conflicts.js";
import { authorized, identity, renewed, secretOf } from "./more/credentials.js";
import { forgetAnswers, keep } from "./more/kept.js";
import { laneOf } from "./more/lanes.js";
import { over, touched } from "./more/layers.js";
import { forget, known, learn, promised, renamed } from "./more/names.js";
import { adopt } from "./more/parts.js";
import { keysOfPost } from "./more/posts.js";

/** @param {import("./more/parts.js").Parts} parts */
const more = (parts) => {
  adopt(parts);
  return {
    authorized, batched, coalesced, conflict, identity, keysOfBase, keysOfPost, known, laneOf, over, promised, reconcile, renamed, renewed, resolve, secretOf, touched,
    forget: () => Promise.all([forget(), forgetAnswers()]),
    /** Hears an answer before anything else is made of it. @type {(write: Parameters<typeof learn>[0], response: Response) => Promise<unknown>} */
    answered: (write, response) => Promise.all([learn(write, response), keep(write, response)]),
  };
};

/** @typedef {ReturnType<typeof more>} More */

self.__longshoreMore = more;
