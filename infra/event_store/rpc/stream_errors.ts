import type { ServerExpectation } from "../log/append_request.ts";
import { GrpcError, grpcStatus } from "../grpc/grpc_status.ts";

/** The stream is deleted for ever, or not there where it was expected. */
export function streamDeleted(stream: string): GrpcError {
  return new GrpcError({
    code: grpcStatus.failedPrecondition,
    message: `Event stream '${stream}' is deleted.`,
    trailers: { exception: "stream-deleted", "stream-name": stream },
  });
}

/** What was expected of a stream that was to be deleted does not hold; `actual` is -1 where there is no event. */
export function wrongExpectedVersion(
  stream: string,
  { operation, expected, actual }: {
    readonly operation: string;
    readonly expected: ServerExpectation;
    readonly actual: number;
  },
): GrpcError {
  const version = versionNumber(expected);
  return new GrpcError({
    code: grpcStatus.failedPrecondition,
    message:
      `${operation} failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${version}, Actual version: ${actual}`,
    trailers: {
      exception: "wrong-expected-version",
      "stream-name": stream,
      "expected-version": String(version),
      "actual-version": String(actual),
    },
  });
}

/** The data of an append is too much. */
export function maximumAppendSizeExceeded(maxAppendBytes: number): GrpcError {
  return new GrpcError({
    code: grpcStatus.invalidArgument,
    message: `Maximum Append Size of ${maxAppendBytes} Exceeded.`,
    trailers: {
      exception: "maximum-append-size-exceeded",
      "maximum-append-size": String(maxAppendBytes),
    },
  });
}

/** An event lacks a property that it must have. */
export function missingMetadataProperty(property: string): GrpcError {
  return new GrpcError({
    code: grpcStatus.invalidArgument,
    message: `Required Metadata Property '${property}' is missing`,
    trailers: {
      exception: "missing-required-metadata-property",
      "required-metadata-properties": "type,content-type",
    },
  });
}

/** No scavenge of this id can be stopped. */
export function scavengeNotFound(scavengeId: string): GrpcError {
  return new GrpcError({
    code: grpcStatus.notFound,
    message: "Scavenge id was invalid.",
    trailers: { exception: "scavenge-not-found", "scavenge-id": scavengeId },
  });
}

/** The request is not what the rpc takes. */
export function invalidArgument(detail: string): GrpcError {
  return new GrpcError({
    code: grpcStatus.invalidArgument,
    message: `Cannot take the request: ${detail}`,
  });
}

/** In the words, and with the status, of a real server. */
export function invalidPosition(): GrpcError {
  return new GrpcError({
    code: grpcStatus.unknown,
    message: "Unexpected ReadAllResult: InvalidPosition",
  });
}

/** As `invalidPosition`, for subscriptions. */
export function invalidSubscriptionPosition(): GrpcError {
  return new GrpcError({
    code: grpcStatus.invalidArgument,
    message: "Trying to read from an invalid position.",
  });
}

/** EventStoreDB's numbers for what is expected. */
function versionNumber(expected: ServerExpectation): number {
  if (expected === "any") return -2;
  if (expected === "no-stream") return -1;
  return expected === "stream-exists" ? -4 : expected;
}
