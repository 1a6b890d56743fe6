/** Codes of postgres.js and of the system for a connection that is not there (any more). */
const connectionCodes = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECTION_ENDED",
  "CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
]);

/** SQLSTATEs: 08 connection, 53 short of resources, 57P shutting down or starting up. */
const passingStates = /^(08...|53...|57P..)$/;

/** True when a query failed because its database is not there at the moment: services query it without a port between. */
export function isDatabaseDown(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && (connectionCodes.has(code) || passingStates.test(code));
}
