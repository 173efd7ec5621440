// Workbox as a script of its own, for those who bring it in by importScripts as Longshore's README does with Longshore.
import { clientsClaim } from "workbox-core";
import { ExpirationPlugin } from "workbox-expiration";
import { registerRoute } from "workbox-routing";
import { CacheFirst } from "workbox-strategies";

Object.assign(self, { workbox: { CacheFirst, clientsClaim, ExpirationPlugin, registerRoute } });
