import { status } from "@grpc/grpc-js";
import { DeadlineExceeded, eventLog, machine, Unavailable } from "@headwater/core";

/** The position asked for is none of this log's: it was copied from another one, or made up. */
export class UnknownPosition extends Error {
  override readonly name = "UnknownPosition";
}

const notLeader = "event-store-not-leader";

/** True for what a node refused, having named the one that leads: nothing was done, and the client goes there. */
export function isNotLeader(error: unknown): boolean {
  return error instanceof Unavailable && error.code === notLeader;
}

type GrpcFailure = Error & {
  readonly code?: unknown;
  readonly metadata?: { get(name: string): unknown[] };
};

/** Whatever happens to a connection in the middle of a call: nothing is wrong with the call itself. */
const passing: readonly unknown[] = [
  status.UNAVAILABLE,
  status.CANCELLED,
  status.INTERNAL,
  status.DATA_LOSS,
  status.RESOURCE_EXHAUSTED,
];
const late: readonly unknown[] = [status.DEADLINE_EXCEEDED, status.ABORTED];

/** The port's error for what ended a call; `stream` is what the call was about. */
export function eventStoreFailure(
  action: string,
  { error, stream = "" }: { readonly error: unknown; readonly stream?: string },
): Error {
  if (!(error instanceof Error)) return new Error(`${action}: ${String(error)}`, { cause: error });
  if (error instanceof Unavailable || error instanceof DeadlineExceeded) return error;
  const { code, metadata, message } = error as GrpcFailure;
  const exception = metadata?.get("exception")[0]?.toString();
  const options = { cause: error };
  if (exception === "stream-deleted") return new eventLog.StreamDeleted(stream, options);
  if (exception === "not-leader") {
    return new Unavailable(`${action}: another node leads the cluster now`, {
      ...options,
      code: notLeader,
    });
  }
  // In the middle of an election nobody leads.
  if (/no leader info/i.test(message)) {
    return new Unavailable(`${action}: no node leads the cluster`, {
      ...options,
      code: "event-store-unavailable",
    });
  }
  if (code === status.UNAUTHENTICATED) {
    return new Error(`${action}: the event store does not know the user or the password`, options);
  }
  if (/invalid ?position/i.test(message)) return new UnknownPosition(message, options);
  if (code === status.PERMISSION_DENIED) return new Error(`${action}: access denied`, options);
  if (late.includes(code)) return new DeadlineExceeded(`${action}: no answer in time`, options);
  if (passing.includes(code)) {
    return new Unavailable(`${action}: ${message}`, {
      ...options,
      code: "event-store-unavailable",
    });
  }
  return new Error(`${action}: ${message}`, options);
}

/** For what went wrong before there was a call: no node was found, or the connection was closed meanwhile. */
export function connectFailure(action: string, cause: unknown): Error {
  const reason = machine.messageOf(cause);
  return new Unavailable(`${action}: ${reason}`, { cause, code: "event-store-unavailable" });
}
