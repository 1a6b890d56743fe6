import { Http2Error } from "./http2_error.ts";

export const frameType = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const frameFlag = {
  endStream: 1,
  ack: 1,
  endHeaders: 4,
  padded: 8,
  priority: 0x20,
} as const;

export const frameHeaderBytes = 9;
/** Longest payload of a frame that either side may send, as long as nobody agreed on more. */
export const maxFrameBytes = 16_384;

export type Frame = {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  /** Shares memory with the chunk that it came in. */
  readonly payload: Uint8Array;
};

const preface = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** Cuts what a client sends into frames, after the preface. */
export class FrameReader {
  #rest: Uint8Array | undefined;
  #prefaceLeft = preface.length;

  /** The frames that this chunk completes. Throws `Http2Error`. */
  *read(chunk: Uint8Array): Iterable<Frame> {
    let bytes = this.#rest ? joined(this.#rest, chunk) : chunk;
    this.#rest = undefined;
    bytes = this.#skipPreface(bytes);
    let at = 0;
    while (bytes.length - at >= frameHeaderBytes) {
      const length = bytes[at]! << 16 | bytes[at + 1]! << 8 | bytes[at + 2]!;
      if (length > maxFrameBytes) {
        throw new Http2Error("frameSizeError", `Cannot take a frame of ${length} bytes`);
      }
      const start = at + frameHeaderBytes;
      if (bytes.length - start < length) break;
      yield {
        type: bytes[at + 3]!,
        flags: bytes[at + 4]!,
        streamId: readUint31(bytes, at + 5),
        payload: bytes.subarray(start, start + length),
      };
      at = start + length;
    }
    if (at < bytes.length) this.#rest = bytes.subarray(at);
  }

  #skipPreface(bytes: Uint8Array): Uint8Array {
    if (this.#prefaceLeft === 0) return bytes;
    const take = Math.min(this.#prefaceLeft, bytes.length);
    const from = preface.length - this.#prefaceLeft;
    for (let at = 0; at < take; at++) {
      if (bytes[at] !== preface[from + at]) {
        throw new Http2Error(
          "protocolError",
          "Cannot speak with the client: it does not speak HTTP/2",
        );
      }
    }
    this.#prefaceLeft -= take;
    return bytes.subarray(take);
  }
}

/** Of four bytes; the highest bit has no meaning. */
export function readUint31(bytes: Uint8Array, at: number): number {
  return (bytes[at]! & 0x7f) << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
