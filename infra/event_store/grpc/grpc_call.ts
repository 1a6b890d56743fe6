/** Answers one call: resolves and the status is OK, throws a `GrpcError` and that is the status. */
export type Rpc = (call: GrpcCall) => Promise<void>;

/**
 * One call as its rpc sees it. Messages are protobuf bytes; in what is written each has its frame already (`frame`, or
 * `ProtobufWriter`), so that many go out in one write.
 *
 * Once the call is over for the client, `signal` is aborted, and everything that waits here rejects with its reason:
 * an rpc need not look out for it, its own way up is enough.
 */
export interface GrpcCall {
  /** For example `/event_store.client.streams.Streams/Read`. */
  readonly path: string;
  /** Address and port of the client. */
  readonly peer: string;
  /** A header of the request; names are lower case. */
  header(name: string): string | undefined;
  /** A header whose name ends in `-bin`, decoded. */
  binaryHeader(name: string): Uint8Array | undefined;

  /** The only message of a unary or server-streaming call. Only one of `first`, `requests` and `receive` may be used, once. */
  first(): Promise<Uint8Array>;
  /** The messages of a client-streaming or bidirectional call until the client ends its side. Not taken: not read from the socket. */
  requests(): AsyncIterable<Uint8Array>;
  /**
   * As `requests`, pushed: all messages that arrived together in one call of `take`. A promise from it holds back what
   * follows. Resolves when the client has ended its side.
   */
  receive(take: (messages: readonly Uint8Array[]) => void | Promise<void>): Promise<void>;

  /** Sends one or several framed messages, not to be changed any more. False: wait for `drained` before the next one. */
  write(framed: Uint8Array): boolean;
  /** When there is room for more. */
  drained(): Promise<void>;

  /** Aborted when the client cancelled or went away, its deadline passed, or the server stops; the reason is a `GrpcError`. */
  readonly signal: AbortSignal;
}
