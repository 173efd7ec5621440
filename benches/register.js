// How a page gets its worker, whoever's it is.
/** @type {() => Promise<unknown>} */
export const register = () => navigator.serviceWorker.register("/sw.js");
