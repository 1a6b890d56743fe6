/** These say by themselves that they may be sent twice (RFC 9110, 9.2). */
const idempotentMethods = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"];
/** Of them the second one is not what the first one was: what it met with, the first may have done. */
const conditions = ["If-Match", "If-None-Match", "If-Unmodified-Since"];

/**
 * True for what happens once however often it is sent: what changes nothing, what puts or deletes without conditions, and
 * a command with an `Idempotency-Key`.
 */
export function isSafeToRepeat(request: Request): boolean {
  const { method, headers } = request;
  if (isQuery(request) || headers.has("Idempotency-Key")) return true;
  return idempotentMethods.includes(method) && !conditions.some((name) => headers.has(name));
}

/** True for a request that asks for nothing to be done. */
export function isQuery({ method }: Request): boolean {
  return method === "GET" || method === "HEAD";
}
