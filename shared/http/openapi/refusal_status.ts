/** The status of an answer that refuses with this code. */
export function statusOfRefusal(code: string): number {
  if (code.endsWith("-unknown")) return 404;
  if (code === "idempotency-key-reused") return 422;
  return 409;
}
