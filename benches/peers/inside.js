// Time inside the worker, of every peer alike: from the dispatch of a fetch event until the promise given to respondWith is settled.
// Also when the worker was started, so that the bench knows a stopped one. Imported first, so that every fetch listener registered later goes through here. Changes nothing else.
import { worker } from "./worker.js";

/** @type {number[]} */
let spans = [];

const add = worker.addEventListener.bind(worker);

/** @type {(type: string, listener: any, options?: any) => void} */
worker.addEventListener = (type, listener, options) => add(type, type === "fetch" ? timed(listener) : listener, options);

add("message", ({ data, ports }) => {
  if (data?.bench !== "inside") return;
  ports[0]?.postMessage({ spans, born: performance.timeOrigin });
  spans = [];
});

/** @param {(event: FetchEvent) => void} listener */
function timed(listener) {
  /** @param {FetchEvent} event */
  return (event) => {
    const before = performance.now();
    event.respondWith = (answer) => {
      const promise = Promise.resolve(answer);
      const settled = () => spans.push(performance.now() - before);
      // Before the browser hears of it, or its own work with the answer would count.
      promise.then(settled, settled);
      FetchEvent.prototype.respondWith.call(event, promise);
    };
    listener(event);
  };
}
