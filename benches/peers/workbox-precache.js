import "./inside.js";
import { clientsClaim } from "workbox-core";
import { precacheAndRoute } from "workbox-precaching";
import { precached } from "./precached.js";
import { worker } from "./worker.js";

worker.skipWaiting();
clientsClaim();
precacheAndRoute(precached);
