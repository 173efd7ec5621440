// Before the runtime, in a test's own worker script: writes down what the runtime answers to requests with Range.
const parts = [];

self.addEventListener("fetch", (event) => {
  const asked = event.request.headers.get("range");
  if (asked === null) return;
  const respondWith = event.respondWith.bind(event);
  event.respondWith = (answer) => {
    respondWith(answer);
    Promise.resolve(answer).then(
      ({ status, headers }) => parts.push({ asked, status, range: headers.get("content-range") }),
      () => {},
    );
  };
});

self.addEventListener("message", (event) => {
  if (event.data?.test === "parts") event.ports[0].postMessage(parts.splice(0));
});
