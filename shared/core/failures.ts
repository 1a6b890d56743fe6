/** Codes of the system, of Node's libraries and of postgres.js for a connection that is not there (any more). */
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
 * SQLSTATEs under which the same statement may succeed later: 08 connection, 28 a user who is not let in, 40 rolled back
 * for a rival, 53 short of resources, 57P shutting down or starting, 25006 a standby, 3D000 a database that is just being
 * made.
 */
const passingSqlStates = /^(08...|28...|40...|53...|57P..|25006|3D000)$/;

/** Of those who have sent something on, or begun to write it, and heard no more of it. */
const codesInDoubt = new Set(["event-store-unavailable", "request-aborted", "service-answer-lost"]);

/**
 * What kept something from being done or answered: one try's time, the time over all tries, that whoever asked has gone,
 * an open circuit, no free place, that it was tried as often as it may be, that enough is being repeated already, or that
 * whoever was asked had too much to do.
 */
export type Limit =
  | "attempt"
  | "total"
  | "caller"
  | "breaker"
  | "bulkhead"
  | "tries"
  | "budget"
  | "shedding";

/**
 * A machine is down or overloaded: nothing is wrong with the request, it may succeed later. Surely it was not done, unless
 * `isInDoubt` is true of the code.
 */
export class Unavailable extends Error {
  /** As it stands in logs. */
  override readonly name = "Unavailable";
  /** Seconds to wait before the next try. */
  readonly retryAfter: number;
  /** Kebab-case, for the problem document; for example `read-model-behind`. */
  readonly code: string;
  /** Undefined: the machine itself. Whoever does not ask again says why: nobody on whose behalf it asked does so then. */
  limit: Limit | undefined;

  /** `retryAfter`: default 1 s. */
  constructor(
    message: string,
    options: ErrorOptions & { retryAfter?: number; code?: string; limit?: Limit | undefined } = {},
  ) {
    super(message, options);
    this.limit = options.limit;
    this.retryAfter = options.retryAfter ?? 1;
    this.code = options.code ?? "unavailable";
  }

  /** True of codes under which nobody knows: it may have been done all the same. */
  static isInDoubt(code: string): boolean {
    return codesInDoubt.has(code);
  }

  /**
   * True when a machine that is down, starting, short of something, or has not answered in time is at fault: neither the
   * request nor the code is.
   */
  static isCauseOf(error: unknown): boolean {
    if (error instanceof Unavailable || error instanceof DeadlineExceeded) return true;
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    return connectionCodes.has(code) || passingSqlStates.test(code);
  }
}

/** The time given for something has run out; whether it happened is not known. */
export class DeadlineExceeded extends Error {
  /** As it stands in logs. */
  override readonly name = "DeadlineExceeded";
  /** Undefined: that of a machine. */
  readonly limit: Limit | undefined;

  /** `limit`: whose time it was. */
  constructor(message: string, options: ErrorOptions & { limit?: Limit | undefined } = {}) {
    super(message, options);
    this.limit = options.limit;
  }

  /** True also of what a signal of `AbortSignal.timeout` throws where nobody has said it better. */
  static isCauseOf(error: unknown): boolean {
    if (error instanceof DeadlineExceeded) return true;
    return error instanceof DOMException && error.name === "TimeoutError";
  }
}

/** What an error says, or whatever else was thrown: never nothing, as some of Node's say. */
export function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : String(error);
}

/** True when a table is not there: never made, dropped by hand, or lost with the last commits of a crashed server. */
export function isMissingTable(error: unknown): error is Error {
  return sqlStateOf(error) === "42P01";
}

/** True when a table or the whole database is not there: for looks at what a service keeps that may not have run yet. */
export function isNothingThere(error: unknown): error is Error {
  return isMissingTable(error) || sqlStateOf(error) === "3D000";
}

function sqlStateOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
