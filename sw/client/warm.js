// @ts-check
// Hands the worker the URLs that the page loaded before the worker was there, so that the first visit is enough.
// Does not decide what is stored: the worker's routes do.

/** What kind of request each initiator made, where it can be told. @type {{[initiator: string]: string}} */
const DESTINATIONS = { img: "image", image: "image", script: "script", video: "video", audio: "audio", iframe: "document" };
const ENDINGS = /\.(?:(css)|(woff2?|ttf|otf)|(png|jpe?g|gif|webp|avif|svg|ico)|(m?js))$/;

/**
 * @param {Pick<import("./link.js").Link, "active" | "tell">} link
 * @param {ServiceWorker | null} before the page's worker before it registered this one.
 */
export async function warm(link, before) {
  const active = await link.active().catch(() => undefined);
  // The page's requests have all been through this worker.
  if (!active || active === before) return;
  if (document.readyState !== "complete") await new Promise((resolve) => addEventListener("load", resolve, { once: true }));
  const found = new Map([[location.href.split("#", 1)[0], "document"]]);
  for (const { name, initiatorType } of /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType("resource"))) {
    // Neither is a read that could be repeated.
    if (!/^https?:/.test(name) || initiatorType === "beacon" || initiatorType === "eventsource") continue;
    const url = name.split("#", 1)[0];
    if (!found.has(url)) found.set(url, DESTINATIONS[initiatorType] ?? destinationOf(url, initiatorType));
  }
  link.tell("warm", { urls: [...found.keys()], destinations: [...found.values()] });
}

/** Of stylesheets' links and imports the ending tells; a plain `fetch()` has no destination. @param {string} url @param {string} initiator */
function destinationOf(url, initiator) {
  const [, css, font, image, js] = (initiator === "link" || initiator === "css" ? ENDINGS.exec(new URL(url).pathname) : null) ?? [];
  return css ? "style" : font ? "font" : image ? "image" : js ? "script" : "";
}
