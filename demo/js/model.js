// @ts-check
// The shapes that the demo's other files share: what the server sends, and a write on its way.
// Holds no code.

/** @typedef {"todo" | "doing" | "done"} ColumnId */

/**
 * A board as the list of boards shows it.
 * @typedef {object} Board
 * @property {string} id
 * @property {string} title
 * @property {number} version
 * @property {string} updatedAt
 * @property {number} [cards] how many cards it has, in the list only
 * @property {{id: ColumnId, title: string}[]} [columns] in the single board only
 * @property {Mark} [mark] laid on by overlay.js, never sent
 */

/**
 * @typedef {object} Attachment
 * @property {string} id
 * @property {string} name
 * @property {string} type
 * @property {number} size
 * @property {string | undefined} [preview] an object URL while the photo is still on this device only
 * @property {Mark} [mark]
 */

/**
 * @typedef {object} Card
 * @property {string} id
 * @property {string} board
 * @property {string} title
 * @property {string} text
 * @property {ColumnId} column
 * @property {number} position
 * @property {number} version
 * @property {string} updatedAt
 * @property {number} comments
 * @property {Attachment[]} attachments
 * @property {Mark} [mark]
 */

/**
 * @typedef {object} Comment
 * @property {string} id
 * @property {string} author
 * @property {string} text
 * @property {string} createdAt
 * @property {Mark} [mark]
 */

/**
 * How far a write has come, as a person sees it.
 * @typedef {"saving" | "waiting" | "failed"} Mark
 */

/**
 * A write on its way: made here a moment ago, or a row of Longshore's queue.
 * @typedef {object} Op
 * @property {string} id the row's id, or one of our own while the first answer is awaited
 * @property {"local" | "pending" | "sending" | "waiting" | "unknown" | "merging" | "conflict" | "dead"} state
 * @property {string} lane what is in one lane is sent in order
 * @property {string} method
 * @property {string} path
 * @property {"board" | "card" | "comment" | "photo" | "other"} noun
 * @property {"create" | "patch" | "delete"} verb
 * @property {string} board
 * @property {string} card
 * @property {string} target id of the thing written
 * @property {Record<string, any>} fields what the body says
 * @property {Blob | undefined} [file]
 * @property {string | undefined} [preview]
 * @property {number} at
 * @property {number} attempts
 * @property {number | null} notBefore
 * @property {number | null} status
 * @property {string | null} reason
 */

/** One row of `longshore.queue.list({bodies: true})`. @typedef {import("/longshore/client.js").QueueItem} QueueRow */

/**
 * The part of Longshore's page client that this page uses.
 * @typedef {Pick<import("/longshore/client.js").Longshore, "supported" | "reason" | "registration" | "ready" | "on" | "queue" | "cache" | "version" | "applyUpdate">} Longshore
 */

/**
 * What is on the screen.
 * @typedef {{board: string | null, card: string | null}} View
 */

export {};
