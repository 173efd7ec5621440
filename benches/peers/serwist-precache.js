import "./inside.js";
import { Serwist } from "serwist";
import { precached } from "./precached.js";

new Serwist({ skipWaiting: true, clientsClaim: true, precacheEntries: precached }).addEventListeners();
