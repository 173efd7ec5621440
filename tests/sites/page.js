// What every fixture page does: registers the worker and writes down what it hears. Tests read the globals.
import { register } from "/longshore/client.js";

window.events = [];
window.heard = (kind, text = "") => window.events.filter(
  (event) => event.kind === kind && JSON.stringify(event).includes(text),
);

/** Asks the active worker by hand, so that tests see what the protocol says and not what the client makes of it. */
window.ask = async (kind, args = {}) => {
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve, reject) => {
    port1.onmessage = ({ data }) => (data.ok ? resolve(data.value) : reject(new Error(data.error.message)));
  });
  active.postMessage({ longshore: 1, kind, ...args }, [port2]);
  return answer;
};

/** Says a word to the test's own part of the worker script. */
window.tell = async (word) => {
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  const heard = new Promise((resolve) => { port1.onmessage = resolve; });
  active.postMessage({ test: word }, [port2]);
  await heard;
};

try {
  const longshore = await register("/sw.js", window.registerOptions);
  window.ls = longshore;
  longshore.on("*", (event) => window.events.push(event));
  if (longshore.supported) await longshore.ready;
  window.ready = true;
} catch (error) {
  window.registerError = error;
}
