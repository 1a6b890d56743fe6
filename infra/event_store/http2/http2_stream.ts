import type { DataSender, Outgoing } from "./data_sender.ts";
import type { FrameWriter } from "./frame_writer.ts";
import { Http2Error, type Http2ErrorCode } from "./http2_error.ts";
import { ReceiveWindow } from "./receive_window.ts";

/** What a client may send on a stream before somebody takes it. */
export const streamWindow = 1024 * 1024;

/** Takes what a client sends on a stream. */
export type StreamReader = {
  /** Everything that arrived since the last time. */
  take(chunks: readonly Uint8Array[]): void;
  /** The client has ended its side. */
  end(): void;
};

/** What a stream needs of its connection. */
export type StreamOwner = {
  readonly sender: DataSender;
  readonly writer: FrameWriter;
  /** What the client takes of headers, as HTTP/2 counts them. */
  readonly headerListBytes: number;
  /** So many bytes of a stream do not wait any more. */
  take(bytes: number): void;
  /** The stream is over. */
  forget(stream: Http2Stream): void;
};

/** One request of a client and its answer. */
export class Http2Stream implements Outgoing {
  readonly queue: Uint8Array[] = [];
  offset = 0;
  trailers: Uint8Array | undefined;
  /** Called once, when nothing more will come or go. */
  onClose = () => {};
  /** Called when there is room again after `write` was false. */
  onDrain = () => {};

  readonly #owner: StreamOwner;
  readonly #arrived: Uint8Array[] = [];
  readonly #receiveWindow = new ReceiveWindow(streamWindow);
  #arrivedBytes = 0;
  #reader: StreamReader | undefined;
  #paused = false;
  #clientEnded = false;
  #endTaken = false;
  #answered = false;
  #closed = false;

  constructor(
    readonly id: number,
    owner: StreamOwner,
    { headers, window }: { readonly headers: Readonly<Record<string, string>>; window: number },
  ) {
    this.#owner = owner;
    this.headers = headers;
    this.window = window;
  }

  readonly headers: Readonly<Record<string, string>>;
  window: number;

  /** What the client takes of headers, as HTTP/2 counts them: with 32 bytes more for each. */
  get headerListBytes(): number {
    return this.#owner.headerListBytes;
  }

  /** No more can be sent, or will be read. */
  get closed(): boolean {
    return this.#closed;
  }

  get clientEnded(): boolean {
    return this.#clientEnded;
  }

  /** Reads the request from now on. */
  read(reader: StreamReader): void {
    this.#reader = reader;
    this.deliver();
  }

  /** Takes nothing more until `resume`; the client can send as much as its window allows. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.deliver();
  }

  /** Sends the header block of the answer; with `endStream` that was all of it. */
  respond(block: Uint8Array, { endStream }: { readonly endStream: boolean }): void {
    if (this.#closed || this.#answered) return;
    this.#answered = true;
    this.#owner.writer.headers(this.id, { block, endStream });
    if (endStream) this.ended();
  }

  /** False: wait for `onDrain` before the next one. */
  write(bytes: Uint8Array): boolean {
    return !this.#closed && this.#owner.sender.write(this, bytes);
  }

  get hasRoom(): boolean {
    return this.#owner.sender.hasRoom(this);
  }

  /** Sends a last header block after all that was written. */
  end(trailers: Uint8Array): void {
    if (!this.#closed) this.#owner.sender.end(this, trailers);
  }

  reset(code: Http2ErrorCode): void {
    if (this.#closed) return;
    this.#owner.writer.reset(this.id, code);
    this.close();
  }

  /** For the connection: data that came, and the bytes it counts for in the windows. */
  receive(payload: Uint8Array, bytes: number): void {
    if (!this.#receiveWindow.receive(bytes)) {
      throw new Http2Error("flowControlError", "Cannot take the data: more than was granted");
    }
    this.#arrived.push(payload);
    this.#arrivedBytes += bytes;
  }

  receiveEnd(): void {
    this.#clientEnded = true;
  }

  /** For the connection: hands over what has arrived, if somebody takes it. */
  deliver(): void {
    if (!this.#reader || this.#paused || this.#closed) return;
    if (this.#arrived.length > 0) {
      const chunks = this.#arrived.splice(0);
      this.#grant();
      this.#reader.take(chunks);
    }
    if (this.#clientEnded && !this.#paused && !this.#endTaken) {
      this.#endTaken = true;
      this.#reader.end();
    }
  }

  /** For the connection: over, whoever ended it. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#owner.sender.drop(this);
    this.#arrived.length = 0;
    this.#owner.take(this.#arrivedBytes);
    this.#owner.forget(this);
    this.onClose();
  }

  /** For the sender. */
  drained(): void {
    this.onDrain();
  }

  /** For the sender: our side has ended. A client that still sends is told that nobody listens. */
  ended(): void {
    if (this.#clientEnded) this.close();
    else this.reset("noError");
  }

  #grant(): void {
    const bytes = this.#arrivedBytes;
    this.#arrivedBytes = 0;
    this.#owner.take(bytes);
    const granted = this.#receiveWindow.take(bytes);
    if (granted > 0 && !this.#clientEnded) this.#owner.writer.windowUpdate(this.id, granted);
  }
}
