import { Buffer } from "node:buffer";
import type { GrpcCall } from "./grpc_call.ts";
import { createDeframer } from "./grpc_frame.ts";
import { trailersOf } from "./grpc_headers.ts";
import { GrpcError, grpcStatus } from "./grpc_status.ts";
import { encodeHeaders } from "../http2/header_encoder.ts";
import type { Http2Stream } from "../http2/http2_stream.ts";
import { acceptedEncodings } from "./message_decompressor.ts";

const answerHeaders = {
  ":status": "200",
  "content-type": "application/grpc",
  "grpc-accept-encoding": acceptedEncodings,
};
const answerBlock = encodeHeaders(answerHeaders);
/** More than these count for as headers, which trailers share a block with when nothing was sent before. */
const answerHeaderBytes = 256;
const okTrailers = { "grpc-status": "0" };
const okBlock = encodeHeaders(okTrailers);

export type ServerCallOptions = {
  readonly peer: string;
  readonly maxMessageBytes: number;
};

/** A gRPC call on a stream of HTTP/2. */
export class ServerCall implements GrpcCall {
  readonly peer: string;
  readonly #stream: Http2Stream;
  readonly #maxMessageBytes: number;
  /** Made when somebody asks for it: most calls are over before. */
  #controller: AbortController | undefined;
  #over: GrpcError | undefined;
  #ended = false;
  #answering = false;
  #requestsTaken = false;
  /** What waits for requests or for room, to be told that the call is over. */
  readonly #waiting = new Set<(reason: GrpcError) => void>();
  #drained: PromiseWithResolvers<void> | undefined;

  constructor(stream: Http2Stream, { peer, maxMessageBytes }: ServerCallOptions) {
    this.#stream = stream;
    this.#maxMessageBytes = maxMessageBytes;
    this.peer = peer;
    stream.onDrain = () => {
      this.#drained?.resolve();
      this.#drained = undefined;
    };
  }

  get path(): string {
    return this.#stream.headers[":path"] ?? "";
  }

  header(name: string): string | undefined {
    return this.#stream.headers[name];
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
        const message = "Additional data after the message received.";
        throw new GrpcError({ code: grpcStatus.internal, message });
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
    if (this.#requestsTaken) throw new TypeError("Cannot read the requests: they are read already");
    this.#requestsTaken = true;
    if (this.#over) return Promise.reject(this.#over);
    const stream = this.#stream;
    const deframer = createDeframer(this.#maxMessageBytes, {
      encoding: this.header("grpc-encoding"),
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fail = (error: unknown) => {
      this.#waiting.delete(fail);
      stream.pause();
      reject(error);
    };
    this.#waiting.add(fail);
    stream.read({
      take(chunks) {
        try {
          const messages = chunks.length === 1
            ? deframer.push(chunks[0]!)
            : chunks.flatMap((chunk) => deframer.push(chunk));
          if (messages.length === 0) return;
          const held = take(messages);
          if (!held) return;
          stream.pause();
          held.then(() => stream.resume(), fail);
        } catch (error) {
          fail(error);
        }
      },
      end: () => {
        if (!deframer.empty) {
          return fail(new GrpcError({ code: grpcStatus.internal, message: "Incomplete message." }));
        }
        this.#waiting.delete(fail);
        resolve();
      },
    });
    return promise;
  }

  write(framed: Uint8Array): boolean {
    if (this.#over || this.#ended) return false;
    if (!this.#answering) {
      this.#answering = true;
      this.#stream.respond(answerBlock, { endStream: false });
    }
    return this.#stream.write(framed);
  }

  drained(): Promise<void> {
    if (this.#over) return Promise.reject(this.#over);
    if (this.#stream.hasRoom) return Promise.resolve();
    if (!this.#drained) {
      const waiting = Promise.withResolvers<void>();
      this.#drained = waiting;
      this.#waiting.add(waiting.reject);
      waiting.promise.then(() => this.#waiting.delete(waiting.reject), () => {});
    }
    return this.#drained.promise;
  }

  /** Whatever waits rejects, and nothing more is sent but the status. */
  abort(reason: GrpcError): void {
    if (this.#over || this.#ended) return;
    this.#over = reason;
    for (const reject of this.#waiting) reject(reason);
    this.#waiting.clear();
    this.#controller?.abort(reason);
  }

  /** Sends the status after all that was written. The first status counts. */
  finish(error?: GrpcError): void {
    if (this.#ended) return;
    this.#ended = true;
    const room = this.#stream.headerListBytes - answerHeaderBytes;
    if (this.#answering) {
      this.#stream.end(error ? encodeHeaders(trailersOf(error, room)) : okBlock);
    } else {
      const trailers = error ? trailersOf(error, room) : okTrailers;
      this.#stream.respond(encodeHeaders({ ...answerHeaders, ...trailers }), { endStream: true });
    }
  }
}
