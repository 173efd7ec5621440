// How a page of Longshore gets its worker: with the page client, as users do.
export { register } from "/longshore/client.js";
