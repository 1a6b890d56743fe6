import { Buffer } from "node:buffer";
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { GrpcCall } from "./grpc_call.ts";
import { createDeframer } from "./grpc_frame.ts";
import { trailersOf } from "./grpc_headers.ts";
import { GrpcError, grpcStatus } from "./grpc_status.ts";

const responseHeaders = {
  ":status": 200,
  "content-type": "application/grpc",
  "grpc-accept-encoding": "identity",
};
const okTrailers = { "grpc-status": "0" };

export type Http2CallOptions = {
  readonly headers: IncomingHttpHeaders;
  readonly peer: string;
  readonly maxMessageBytes: number;
};

/** A gRPC call on a stream of `node:http2`. */
export class Http2Call implements GrpcCall {
  readonly path: string;
  readonly peer: string;
  readonly #stream: ServerHttp2Stream;
  readonly #headers: IncomingHttpHeaders;
  readonly #maxMessageBytes: number;
  /** Made when somebody asks for it: most calls are over before. */
  #controller: AbortController | undefined;
  #over: GrpcError | undefined;
  #ended = false;
  #answering = false;
  /** Rejections of what waits: the reader of requests, and one writer. */
  readonly #waiting = new Set<(reason: GrpcError) => void>();
  #drain: Promise<void> | undefined;
  #requestsTaken = false;

  constructor(stream: ServerHttp2Stream, options: Http2CallOptions) {
    this.#stream = stream;
    this.#headers = options.headers;
    this.#maxMessageBytes = options.maxMessageBytes;
    this.path = options.headers[":path"] ?? "";
    this.peer = options.peer;
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return Array.isArray(value) ? value.join(",") : value;
  }

  binaryHeader(name: string): Uint8Array | undefined {
    const value = this.header(name)?.split(",")[0];
    return value === undefined ? undefined : Buffer.from(value, "base64");
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#over) this.#controller.abort(this.#over);
    }
    return this.#controller.signal;
  }

  /** Why the call is over although its rpc may still run. */
  get over(): GrpcError | undefined {
    return this.#over;
  }

  async first(): Promise<Uint8Array> {
    let only: Uint8Array | undefined;
    await this.receive((messages) => {
      if (only || messages.length > 1) {
        throw new GrpcError({
          code: grpcStatus.internal,
          message: "Additional data after the message received.",
        });
      }
      only = messages[0];
    });
    if (!only) throw new GrpcError({ code: grpcStatus.internal, message: "Incomplete message." });
    return only;
  }

  async *requests(): AsyncIterable<Uint8Array> {
    const inbox: { messages: readonly Uint8Array[]; failure?: { readonly error: unknown } } = {
      messages: [],
    };
    let done = false;
    let wake = () => {};
    let letMoreIn = () => {};
    this.receive((messages) => {
      inbox.messages = messages;
      wake();
      return new Promise((resolve) => letMoreIn = resolve);
    }).catch((error) => inbox.failure = { error }).finally(() => {
      done = true;
      wake();
    });
    for (;;) {
      if (inbox.messages.length === 0 && !done) {
        await new Promise<void>((resolve) => wake = resolve);
      }
      const { messages } = inbox;
      inbox.messages = [];
      for (const message of messages) {
        if (inbox.failure) break;
        yield message;
      }
      if (inbox.failure) throw inbox.failure.error;
      if (messages.length === 0) return;
      letMoreIn();
    }
  }

  receive(take: (messages: readonly Uint8Array[]) => void | Promise<void>): Promise<void> {
    if (this.#requestsTaken) {
      throw new TypeError("Cannot read requests twice: they are read already");
    }
    this.#requestsTaken = true;
    if (this.#over) return Promise.reject(this.#over);
    const stream = this.#stream;
    const deframer = createDeframer(this.#maxMessageBytes);
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) => {
        this.#waiting.delete(fail);
        stream.removeListener("data", onData);
        stream.removeListener("end", onEnd);
        reject(error);
      };
      const onData = (chunk: Uint8Array) => {
        try {
          const messages = deframer.push(chunk);
          if (messages.length === 0) return;
          const held = take(messages);
          if (!held) return;
          stream.pause();
          held.then(() => stream.resume(), fail);
        } catch (error) {
          fail(error);
        }
      };
      const onEnd = () => {
        if (!deframer.empty) {
          return fail(new GrpcError({ code: grpcStatus.internal, message: "Incomplete message." }));
        }
        this.#waiting.delete(fail);
        resolve();
      };
      this.#waiting.add(fail);
      stream.on("data", onData).on("end", onEnd);
    });
  }

  write(framed: Uint8Array): boolean {
    if (this.#over || this.#ended) return false;
    this.#answer();
    return this.#stream.write(framed);
  }

  drained(): Promise<void> {
    if (this.#over) return Promise.reject(this.#over);
    if (!this.#stream.writableNeedDrain) return Promise.resolve();
    this.#drain ??= new Promise((resolve, reject) => {
      const fail = (reason: GrpcError) => {
        this.#stream.removeListener("drain", onDrain);
        reject(reason);
      };
      const onDrain = () => {
        this.#waiting.delete(fail);
        this.#drain = undefined;
        resolve();
      };
      this.#waiting.add(fail);
      this.#stream.once("drain", onDrain);
    });
    return this.#drain;
  }

  /** Whatever waits rejects, and nothing more is sent. */
  abort(reason: GrpcError): void {
    if (this.#over || this.#ended) return;
    this.#over = reason;
    for (const reject of this.#waiting) reject(reason);
    this.#waiting.clear();
    this.#controller?.abort(reason);
  }

  /** Sends the status, after all that was written; the first status counts. */
  finish(error?: GrpcError): void {
    if (this.#ended) return;
    this.#ended = true;
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return;
    const trailers = error ? trailersOf(error) : okTrailers;
    if (!this.#answering) {
      stream.respond({ ...responseHeaders, ...trailers }, { endStream: true });
    } else {
      stream.once("wantTrailers", () => stream.sendTrailers(trailers));
      stream.end();
    }
    this.#discardRequests();
  }

  #answer(): void {
    if (this.#answering) return;
    this.#answering = true;
    this.#stream.respond(responseHeaders, { waitForTrailers: true });
  }

  /** The client may still be sending: the stream would stay open until it is done. */
  #discardRequests(): void {
    this.#stream.resume();
  }
}
