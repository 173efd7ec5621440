import "./busy.js";

importScripts("/longshore/longshore-sw.js");

longshore.start({ mutations: [{ match: "/upload/*" }] });
