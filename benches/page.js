// The page of every peer: registers its worker and takes times. Knows nothing of who answers.
import { register } from "/register.js";

/**
 * What the bench calls from outside, each with one object of arguments.
 * @typedef {object} Times
 * @property {number[]} page what the page saw.
 * @property {number[]} inside what the worker took for each of them; empty without a worker.
 * @property {boolean} wasRunning whether the worker had been started before the first of them.
 */

/**
 * Fetches one path after the other and gives each time in ms; throws when an answer is not what was stored.
 * @param {{paths: string[], size: number}} wish
 * @returns {Promise<Times>}
 */
async function time({ paths, size }) {
  const times = [];
  const began = now();
  for (const path of paths) {
    const before = performance.now();
    await fetched(path, size);
    times.push(performance.now() - before);
  }
  return { page: times, ...(await seen(began, times.length)) };
}

/**
 * Fetches all paths, never more than so many at once; gives the time that it took, in ms.
 * @param {{paths: string[], size: number, inFlight: number}} wish
 * @returns {Promise<Times>}
 */
async function rush({ paths, size, inFlight }) {
  const left = paths.values();
  const lane = async () => {
    for (const path of left) await fetched(path, size);
  };
  const began = now();
  await Promise.all(Array.from({ length: inFlight }, lane));
  const took = now() - began;
  return { page: [took], ...(await seen(began, paths.length)) };
}

/**
 * Installs the worker for the first time on this origin; without a worker, fetches what others precache.
 * @param {{paths: string[], size: number}} wish
 * @returns {Promise<Times>}
 */
async function install({ paths, size }) {
  const before = performance.now();
  if (register) {
    await register();
    await navigator.serviceWorker.ready;
  } else {
    await Promise.all(paths.map((path) => fetched(path, size, { cache: "reload" })));
  }
  return { page: [performance.now() - before], inside: [], wasRunning: false };
}

/** @param {string} path @param {number} size @param {RequestInit} [init] */
async function fetched(path, size, init) {
  const answer = await fetch(path, init);
  const body = await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`${path} was answered with ${answer.status}`);
  if (body.byteLength !== size) throw new Error(`${path} has ${body.byteLength} bytes in place of ${size}`);
}

/** The time on a clock that pages and workers share. */
function now() {
  return performance.timeOrigin + performance.now();
}

/**
 * What the worker knows of the last fetches, which began at that time.
 * @param {number} began
 * @param {number} count
 * @returns {Promise<Pick<Times, "inside" | "wasRunning">>}
 */
async function seen(began, count) {
  const worker = navigator.serviceWorker?.controller;
  if (!worker) return { inside: [], wasRunning: false };
  const { port1, port2 } = new MessageChannel();
  /** @type {Promise<{spans: number[], born: number}>} */
  const answer = new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
  });
  worker.postMessage({ bench: "inside" }, [port2]);
  const { spans, born } = await answer;
  // Two processes may read their clocks a little apart.
  return { inside: spans.slice(-count), wasRunning: born < began - 10 };
}

async function controlled() {
  await navigator.serviceWorker.ready;
  while (!navigator.serviceWorker.controller) {
    await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
  }
}

/** Registers at once, unless the bench wants to do that itself later. */
async function begin() {
  if (!register || location.search === "?later") return;
  await register();
  await controlled();
}

Object.assign(window, { bench: { time, rush, install, seen, ready: begin() } });
