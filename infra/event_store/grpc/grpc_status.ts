/** gRPC's status codes, by the names of its specification. */
export const grpcStatus = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const;

export type GrpcCode = typeof grpcStatus[keyof typeof grpcStatus];

/** The end of a call that did not go well: what an rpc throws to be answered with that status. */
export class GrpcError extends Error {
  override readonly name = "GrpcError";
  readonly code: GrpcCode;
  readonly trailers: Readonly<Record<string, string>>;

  constructor({ code, message, trailers = {}, cause }: {
    readonly code: GrpcCode;
    /** Goes over the wire: the original's words, full stop included. */
    readonly message: string;
    /** Sent beside the status: keys in lower case, any text as values (made fit for a header on the way out). */
    readonly trailers?: Readonly<Record<string, string>>;
    readonly cause?: unknown;
  }) {
    super(message, { cause });
    this.code = code;
    this.trailers = trailers;
  }
}
