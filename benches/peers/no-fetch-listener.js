// A worker that answers nothing: what a page pays for being controlled.
import "./inside.js";
import { takeOver } from "./worker.js";

takeOver();
