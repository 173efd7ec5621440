// The files that every peer precaches.

/** @type {{url: string, revision: string}[]} */
export const precached = Array.from({ length: PRECACHED }, (_, index) => ({ url: `/precache/4k/${index}`, revision: "1" }));
