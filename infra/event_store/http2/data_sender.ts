import { maxFrameBytes } from "./frame_reader.ts";
import type { FrameWriter } from "./frame_writer.ts";
import { Http2Error } from "./http2_error.ts";

/** RFC 9113, section 6.9.2: what both windows begin with. */
export const defaultWindow = 65_535;
const largestWindow = 2 ** 31 - 1;
/** Sent of one stream before it is the next one's turn. */
const turnBytes = 128 * 1024;

/** A stream as the sender sees it. */
export type Outgoing = {
  readonly id: number;
  /** Bytes that the peer still takes of this stream; settings can make it negative. */
  window: number;
  /** Written, not framed yet. */
  readonly queue: Uint8Array[];
  /** How much of the queue's first is framed already. */
  offset: number;
  /** Ends the stream once the queue is empty. */
  trailers: Uint8Array | undefined;
  /** All that was written is framed, and there is room for more. */
  drained(): void;
  /** The stream's end is framed. */
  ended(): void;
};

/** Frames the data of a connection's streams as its peer takes it: by stream, by connection, and by socket. */
export class DataSender {
  readonly #writer: FrameWriter;
  #window = defaultWindow;
  /** Streams with something to send that only the connection holds back, in the order of their turns. */
  readonly #waiting = new Set<Outgoing>();

  constructor(writer: FrameWriter) {
    this.#writer = writer;
  }

  /** False: some of it waits; `drained` says when all is gone. */
  write(stream: Outgoing, bytes: Uint8Array): boolean {
    if (bytes.length > 0) stream.queue.push(bytes);
    this.#send(stream);
    return this.hasRoom(stream);
  }

  /** False: `drained` will be called. */
  hasRoom(stream: Outgoing): boolean {
    return stream.queue.length === 0 && !this.#waiting.has(stream);
  }

  end(stream: Outgoing, trailers: Uint8Array): void {
    stream.trailers = trailers;
    this.#send(stream);
  }

  /** Forgets what a stream has not sent. */
  drop(stream: Outgoing): void {
    stream.queue.length = 0;
    stream.trailers = undefined;
    this.#waiting.delete(stream);
  }

  /** The peer takes more of one stream, or less when its settings changed. */
  grantStream(stream: Outgoing, bytes: number): void {
    stream.window = grown(stream.window, bytes);
    if (stream.window > 0) this.#send(stream);
  }

  /** The peer takes more of all streams together. */
  grantConnection(bytes: number): void {
    this.#window = grown(this.#window, bytes);
    this.resume();
  }

  /** Goes on after the socket has drained, or a window has opened. */
  resume(): void {
    // Those that are waiting now: who waits again waits for another round
    for (const stream of [...this.#waiting]) {
      if (this.#writer.choked) return;
      // Keeps its turn, unless it only waits to hear that there is room again
      if (this.#window <= 0 && stream.queue.length > 0) continue;
      if (this.#waiting.delete(stream)) this.#send(stream);
    }
  }

  #send(stream: Outgoing): void {
    // Others were first: this one waits for its turn
    if (this.#waiting.has(stream)) return;
    let left = turnBytes;
    while (stream.queue.length > 0 && stream.window > 0) {
      if (left <= 0 || this.#isFull()) {
        this.#waiting.add(stream);
        if (!this.#isFull()) queueMicrotask(() => this.resume());
        return;
      }
      left -= this.#sendFrame(stream, stream.queue[0]!);
    }
    if (stream.queue.length > 0) return;
    if (stream.trailers) {
      this.#writer.headers(stream.id, { block: stream.trailers, endStream: true });
      stream.trailers = undefined;
      stream.ended();
    } else if (this.#writer.choked) {
      this.#waiting.add(stream);
    } else {
      stream.drained();
    }
  }

  #sendFrame(stream: Outgoing, first: Uint8Array): number {
    const length = Math.min(
      first.length - stream.offset,
      stream.window,
      this.#window,
      maxFrameBytes,
    );
    const to = stream.offset + length;
    this.#writer.data(stream.id, first.subarray(stream.offset, to));
    stream.window -= length;
    this.#window -= length;
    stream.offset = to;
    if (to === first.length) {
      stream.queue.shift();
      stream.offset = 0;
    }
    return length;
  }

  #isFull(): boolean {
    return this.#window <= 0 || this.#writer.choked;
  }
}

function grown(window: number, bytes: number): number {
  if (window + bytes > largestWindow) {
    throw new Http2Error("flowControlError", "Cannot grant so much: the window would overflow");
  }
  return window + bytes;
}
