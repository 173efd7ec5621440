// @ts-check
// How the worker's faults are told apart and worded. By their names: shell and works are two scripts, and a class would be two classes.

/** A config that cannot work. @param {string} message has a line for each wrong place: path, expected and got. */
export const configError = (message) => named("LongshoreConfigError", message);

/** Whether it is one of those. @param {any} error */
export const isConfigError = (error) => error?.name === "LongshoreConfigError";

/** The works could not be imported. @param {string} message */
export const loadError = (message) => named("LongshoreLoadError", message);

/** Whether it is one of those. @param {any} error */
export const isLoadError = (error) => error?.name === "LongshoreLoadError";

/** @param {unknown} error */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/** @param {string} name @param {string} message */
const named = (name, message) => Object.assign(new Error(message), { name });
