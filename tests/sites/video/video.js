// Shows the film and asks for parts of it. Tests read what comes back.
const video = document.querySelector("video");

/** Loads the film as far as to know how long it is. */
window.load = async () => {
  video.src = "/film.webm";
  await new Promise((resolve, reject) => {
    video.onloadedmetadata = resolve;
    video.onerror = () => reject(new Error(video.error?.message || `media error ${video.error?.code}`));
  });
};

/**
 * Whether the film can be wound to a time yet. A seek beyond that ends before it begins, and no event says so (HTML, 4.8.11.9): in Firefox
 * a film from a server without ranges can be wound only where it has been loaded.
 */
window.reaches = (seconds) => {
  const { seekable } = video;
  return Array.from({ length: seekable.length }, (_, index) => index).some((index) => seekable.start(index) <= seconds && seconds <= seekable.end(index));
};

/** Seeks; the time that the film stands at then. */
window.seek = async (seconds) => {
  const seeked = new Promise((resolve) => { video.onseeked = resolve; });
  video.currentTime = seconds;
  await seeked;
  return video.currentTime;
};

/** Asks for a part; what came of it, the bytes as text in base 64. */
window.part = async (range, fields = {}) => {
  const answer = await fetch("/film.webm", { headers: { Range: range, ...fields } });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return {
    status: answer.status,
    range: answer.headers.get("content-range"),
    type: answer.headers.get("content-type"),
    length: bytes.length,
    bytes: bytes.length > 100_000 ? null : btoa(text),
  };
};

/** The answers that the worker gave to requests with Range since this was last asked, as `parts.js` wrote them down. */
window.parts = async () => {
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data); });
  active.postMessage({ test: "parts" }, [port2]);
  return answer;
};
