// Lets the bench find the process in which this worker runs: it is the one that has been busy. Answers no fetch.
import { worker } from "./worker.js";

worker.addEventListener("message", ({ data, ports }) => {
  if (data?.bench !== "work") return;
  for (const end = performance.now() + data.ms; performance.now() < end; );
  ports[0]?.postMessage(null);
});
