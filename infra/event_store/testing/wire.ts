import { Duplex } from "node:stream";
import type { Socket } from "node:net";
import { Buffer } from "node:buffer";
import { type Frame, FrameReader, frameType } from "../http2/frame_reader.ts";
import { Http2Connection } from "../http2/http2_connection.ts";
import type { Http2Error } from "../http2/http2_error.ts";
import type { Http2Stream } from "../http2/http2_stream.ts";
import { encodeHeaders } from "../http2/header_encoder.ts";

export type FrameParts = {
  readonly type: number;
  readonly flags?: number;
  readonly streamId?: number;
  readonly payload?: Uint8Array | readonly number[];
};

/** A connection without a network: tests are its client and write the frames. */
export type Wire = {
  readonly connection: Http2Connection;
  readonly streams: Http2Stream[];
  readonly errors: Http2Error[];
  /** Sends frames to the connection, all in one chunk. */
  send(...frames: readonly FrameParts[]): void;
  sendBytes(bytes: Uint8Array): void;
  /** Opens a stream; `endStream`: without data. */
  open(streamId: number, options?: { readonly endStream?: boolean }): void;
  /** What the connection has sent since the last call. */
  received(): Promise<readonly Frame[]>;
  /** The socket's other end takes nothing until `unclog`. */
  clog(): void;
  unclog(): void;
  /** Nothing more is read from the socket. */
  readonly paused: boolean;
  readonly closed: boolean;
};

const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** Greets, unless told otherwise. */
export function wire({ greet = true, onStream = () => {} }: {
  readonly greet?: boolean;
  readonly onStream?: (stream: Http2Stream) => void;
} = {}): Wire {
  let sent: Uint8Array[] = [];
  let clogged = false;
  let release = () => {};
  const socket = new Duplex({
    read() {},
    write(chunk: Uint8Array, _encoding, done) {
      sent.push(chunk);
      if (clogged) release = done;
      else done();
    },
  });
  const streams: Http2Stream[] = [];
  const errors: Http2Error[] = [];
  const destroySoon = () => socket.end(() => socket.destroy());
  const connection = new Http2Connection(
    Object.assign(socket, { destroySoon }) as unknown as Socket,
    {
      onStream(stream) {
        streams.push(stream);
        onStream(stream);
      },
      onError: (error) => errors.push(error),
    },
  );
  const reader = new FrameReader();
  // The reader expects a client's preface
  Array.from(reader.read(preface));
  const self: Wire = {
    connection,
    streams,
    errors,
    send: (...frames) => self.sendBytes(Buffer.concat(frames.map(bytesOf))),
    sendBytes: (bytes) => void socket.emit("data", bytes),
    open: (streamId, { endStream = false } = {}) =>
      self.send({ type: frameType.headers, flags: endStream ? 5 : 4, streamId, payload: request }),
    async received() {
      // Frames leave at the end of the turn
      await new Promise((resolve) => setTimeout(resolve));
      const bytes = Buffer.concat(sent);
      sent = [];
      return Array.from(reader.read(bytes));
    },
    clog: () => void (clogged = true),
    unclog() {
      clogged = false;
      release();
    },
    get paused() {
      return socket.isPaused();
    },
    get closed() {
      return socket.destroyed || socket.writableEnded;
    },
  };
  if (greet) self.sendBytes(Buffer.concat([preface, bytesOf({ type: frameType.settings })]));
  return self;
}

export const request: Uint8Array = encodeHeaders({
  ":method": "POST",
  ":scheme": "http",
  ":path": "/test.Test/rpc",
});

export function bytesOf({ type, flags = 0, streamId = 0, payload = [] }: FrameParts): Uint8Array {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, Uint8Array.from(payload)]);
}

export function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
