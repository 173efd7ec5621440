// @ts-check
// Taking Longshore off the site on the word of the kill switch (`kill.js`).
// Does not remove anything: `longshore-off.js` does, which install has imported beforehand.

import { begun, filesOf, shell } from "./begun.js";
import { isDue, isOff } from "./kill.js";

/** Resolves once it is known that this worker may be installed; it rejects where the kill switch forbids it. */
let permission = Promise.resolve();

export const allowed = () => permission;

/** Asks whether this worker may be installed. Before the first await of install, since some engines allow new scripts only in the event's own task. */
export function consult() {
  const killSwitch = shell.config?.killSwitch;
  if (typeof killSwitch !== "string") return;
  filesOf().importLeave();
  permission = isOff(killSwitch).then((off) => {
    if (off) throw switchOff(killSwitch);
  });
}

/** Takes Longshore off the site where the kill switch says so. */
export async function obey() {
  const { config: { killSwitch }, files } = begun();
  if (!killSwitch || !(await isDue(files.shelf)) || !(await isOff(killSwitch))) return;
  switchOff(killSwitch);
  await files.importLeave()();
}

/** From here on everything is left to the browser. @param {string} by */
function switchOff(by) {
  return (shell.refusal = new Error(`switched off by ${by}`));
}
