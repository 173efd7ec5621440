// @ts-check
// The answers that the shell gives when the engine cannot.
// Does not decide what is queued: the ticket says.

/**
 * The answer to a write whose engine failed. One that was handed over may not be sent from here: the engine may have sent it already.
 * @param {() => Promise<Response>} send it past the engine.
 * @param {{queued: string | null}} ticket
 * @param {boolean} handedOver whether the engine had the write when it failed.
 * @returns {Promise<Response> | Response}
 */
export function withoutEngine(send, ticket, handedOver) {
  if (!handedOver) return send();
  return ticket.queued === null ? notStored() : queued(ticket.queued);
}

/** The row is committed, so it will be sent: what the engine would have said. @param {string} id */
function queued(id) {
  const reason = "worker-fault";
  return Response.json({ queued: id, reason }, { status: 202, headers: { "Longshore-Queued": id, "Longshore-Reason": reason } });
}

/** RFC 9457; the write was not committed, and nothing is sent before it is. */
function notStored() {
  const problem = {
    type: "about:blank",
    title: "Service Unavailable",
    status: 503,
    detail: "The worker failed before it stored this request. It was not sent; sending it again is safe.",
  };
  const headers = { "Content-Type": "application/problem+json", "Longshore-Reason": "worker-fault" };
  return new Response(JSON.stringify(problem), { status: 503, headers });
}
