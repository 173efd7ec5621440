// How a page of any peer but Longshore gets its worker.
export const register = () => navigator.serviceWorker.register("/sw.js");
