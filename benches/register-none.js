// A page without a worker.
/** @type {(() => Promise<unknown>) | undefined} */
export const register = undefined;
