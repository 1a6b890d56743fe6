import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { frameFlag, frameHeaderBytes, frameType, maxFrameBytes } from "./frame_reader.ts";
import { type Http2ErrorCode, http2ErrorCode } from "./http2_error.ts";

/** Memory to frame into: little for the first small frame of a turn, as many connections may have just that. */
const slabBytes = 64 * 1024;
const smallSlabBytes = 4 * 1024;
const smallFrameBytes = 1024;
/** Unsent bytes from which on no more data is framed. */
const chokeBytes = 512 * 1024;

/**
 * Writes frames to a socket, many in one write: what is framed in one turn of the event loop leaves together. One slab of
 * memory serves all connections in turn; what was handed to a socket is never written to again.
 */
export class FrameWriter {
  static #spare: Uint8Array | undefined;

  readonly #socket: Socket;
  #slab: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;
  #scheduled = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Too much is unsent: data waits for the socket's `drain`. */
  get choked(): boolean {
    return this.#socket.writableLength + this.#end - this.#start >= chokeBytes;
  }

  /** A part of a message, at most `maxFrameBytes` long. */
  data(streamId: number, payload: Uint8Array): void {
    this.#frame({ type: frameType.data, flags: 0, streamId, payload });
  }

  /** A header block, however long. */
  headers(streamId: number, { block, endStream }: HeaderFrames): void {
    let type: number = frameType.headers;
    for (let from = 0; from === 0 || from < block.length; from += maxFrameBytes) {
      const isLast = from + maxFrameBytes >= block.length;
      const flags = (isLast ? frameFlag.endHeaders : 0) |
        (endStream && type === frameType.headers ? frameFlag.endStream : 0);
      this.#frame({ type, flags, streamId, payload: block.subarray(from, from + maxFrameBytes) });
      type = frameType.continuation;
    }
  }

  /** Our settings: pairs of an identifier and its value. */
  settings(pairs: readonly (readonly [id: number, value: number])[]): void {
    const payload = new Uint8Array(pairs.length * 6);
    const view = new DataView(payload.buffer);
    for (const [index, [id, value]] of pairs.entries()) {
      view.setUint16(index * 6, id);
      view.setUint32(index * 6 + 2, value);
    }
    this.#frame({ type: frameType.settings, flags: 0, streamId: 0, payload });
  }

  settingsAck(): void {
    const payload = new Uint8Array(0);
    this.#frame({ type: frameType.settings, flags: frameFlag.ack, streamId: 0, payload });
  }

  ping(payload: Uint8Array, { ack }: { readonly ack: boolean }): void {
    this.#frame({ type: frameType.ping, flags: ack ? frameFlag.ack : 0, streamId: 0, payload });
  }

  windowUpdate(streamId: number, increment: number): void {
    this.#frame({ type: frameType.windowUpdate, flags: 0, streamId, payload: uint32s(increment) });
  }

  reset(streamId: number, code: Http2ErrorCode): void {
    const payload = uint32s(http2ErrorCode[code]);
    this.#frame({ type: frameType.rstStream, flags: 0, streamId, payload });
  }

  goaway(lastStreamId: number, code: Http2ErrorCode): void {
    const payload = uint32s(lastStreamId, http2ErrorCode[code]);
    this.#frame({ type: frameType.goaway, flags: 0, streamId: 0, payload });
  }

  /** Sends what was framed, without waiting for the end of the turn. */
  flush(): void {
    this.#scheduled = false;
    this.#hand();
    const rest = this.#slab.subarray(this.#end);
    if (rest.length > (FrameWriter.#spare?.length ?? smallFrameBytes)) FrameWriter.#spare = rest;
    this.#slab = this.#slab.subarray(0, 0);
    this.#start = this.#end = 0;
  }

  #frame({ type, flags, streamId, payload }: OutgoingFrame): void {
    this.#reserve(frameHeaderBytes + payload.length);
    const slab = this.#slab;
    const at = this.#end;
    slab[at] = 0;
    slab[at + 1] = payload.length >>> 8;
    slab[at + 2] = payload.length;
    slab[at + 3] = type;
    slab[at + 4] = flags;
    slab[at + 5] = streamId >>> 24;
    slab[at + 6] = streamId >>> 16;
    slab[at + 7] = streamId >>> 8;
    slab[at + 8] = streamId;
    slab.set(payload, at + frameHeaderBytes);
    this.#end = at + frameHeaderBytes + payload.length;
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#scheduled && this.flush());
  }

  #reserve(bytes: number): void {
    if (this.#slab.length - this.#end >= bytes) return;
    this.#hand();
    const spare = FrameWriter.#spare;
    if (spare && spare.length >= bytes) {
      this.#slab = spare;
      FrameWriter.#spare = undefined;
    } else {
      const isFirst = this.#slab.length === 0;
      const isSmall = isFirst && bytes <= smallFrameBytes;
      this.#slab = Buffer.allocUnsafeSlow(isSmall ? smallSlabBytes : slabBytes);
    }
    this.#start = this.#end = 0;
  }

  #hand(): void {
    if (this.#end === this.#start) return;
    const bytes = this.#slab.subarray(this.#start, this.#end);
    this.#start = this.#end;
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }
}

type HeaderFrames = { readonly block: Uint8Array; readonly endStream: boolean };

type OutgoingFrame = {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Uint8Array;
};

function uint32s(...values: readonly number[]): Uint8Array {
  const payload = new Uint8Array(values.length * 4);
  const view = new DataView(payload.buffer);
  for (const [index, value] of values.entries()) view.setUint32(index * 4, value);
  return payload;
}
