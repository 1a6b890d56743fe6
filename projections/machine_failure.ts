import { Unavailable } from "@headwater/shared/ports/unavailable";

/** Codes of postgres.js and of the system for a connection that is not there. */
const connectionCodes = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECTION_ENDED",
  "CONNECT_TIMEOUT",
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
]);

/**
 * SQLSTATEs under which the same statement may succeed later: 08 connection, 40 rolled back for a rival, 53 short of
 * resources, 57P shutting down or starting, 25006 a standby, 3D000 a database that is just being made.
 */
const passingSqlStates = /^(08...|40...|53...|57P..|25006|3D000)$/;

/** True when a machine is at fault, and neither an event nor the code that folds it. */
export function isMachineFailure(error: unknown): boolean {
  if (error instanceof Unavailable) return true;
  const code = codeOf(error);
  return connectionCodes.has(code) || passingSqlStates.test(code);
}

/** True when a table is not there: never made, dropped by hand, or lost with the last commits of a crashed server. */
export function isMissingTable(error: unknown): boolean {
  return codeOf(error) === "42P01" || (error instanceof Error && codeOf(error.cause) === "42P01");
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
