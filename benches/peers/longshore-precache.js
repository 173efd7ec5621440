import "./inside.js";
import { precached } from "./precached.js";

importScripts("/longshore/longshore-sw.js");

longshore.start({ precache: precached });
