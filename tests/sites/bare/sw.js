// A worker by hand: tells when it was born, and answers the page offline.
// From IndexedDB, because WebKit's automation sessions empty Cache Storage when a worker ends.
const born = String(performance.timeOrigin + Math.random());
const open = () => new Promise((resolve, reject) => {
  const request = indexedDB.open("bare", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("rows");
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
const store = async (key, value) => {
  const transaction = (await open()).transaction("rows", "readwrite");
  transaction.objectStore("rows").put(value, key);
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
};
const load = async (key) => {
  const request = (await open()).transaction("rows").objectStore("rows").get(key);
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
};
self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(fetch("/").then((answer) => answer.text()).then((text) => store("page", text)));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { pathname, search } = new URL(event.request.url);
  if (pathname === "/born") event.respondWith(new Response(born));
  else if (pathname === "/" && !search) {
    event.respondWith(load("page").then((text) => new Response(text, { headers: { "content-type": "text/html" } })));
  }
});
