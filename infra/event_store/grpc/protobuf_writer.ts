import { framePrefixBytes, writeFramePrefix } from "./grpc_frame.ts";

const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
/** Room for the length of a nested message until it is known: enough for 16 KiB, what is longer is moved. */
const guessedLengthBytes = 2;
const longAscii = 64;
const encoder = new TextEncoder();

/** A nested message that was begun. */
export type NestedMark = number;

/**
 * Writes protobuf messages, each with its gRPC frame, one after the other into one buffer: for answers made in great
 * numbers. Fields are written as they are given, also zeros, which protobuf would leave out.
 */
export class ProtobufWriter {
  #bytes: Uint8Array;
  #end = 0;
  #frameStart = 0;

  constructor(initialBytes = 1024) {
    this.#bytes = new Uint8Array(initialBytes);
  }

  /** Bytes written since the last `take`. */
  get length(): number {
    return this.#end;
  }

  beginFrame(): void {
    this.#reserve(framePrefixBytes);
    this.#frameStart = this.#end;
    this.#end += framePrefixBytes;
  }

  endFrame(): void {
    const at = this.#frameStart;
    writeFramePrefix(this.#bytes, { at, length: this.#end - at - framePrefixBytes });
  }

  /** What was written, to be kept: the writer goes on elsewhere. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#end);
    const rest = this.#bytes.subarray(this.#end);
    // Some bytes at the end are not worth a new buffer soon
    this.#bytes = rest.length >= 256 ? rest : new Uint8Array(Math.max(1024, this.#end));
    this.#end = 0;
    return taken;
  }

  /** Begins a nested message: its fields follow, then `endNested`. */
  beginNested(field: number): NestedMark {
    this.#key(field, wireType.bytes);
    this.#reserve(guessedLengthBytes);
    this.#end += guessedLengthBytes;
    return this.#end;
  }

  endNested(start: NestedMark): void {
    const length = this.#end - start;
    const lengthBytes = varintBytes(length);
    const shift = lengthBytes - guessedLengthBytes;
    if (shift !== 0) {
      this.#reserve(Math.max(0, shift));
      this.#bytes.copyWithin(start + shift, start, this.#end);
    }
    this.#end = start - guessedLengthBytes;
    this.#varint(length);
    this.#end += length;
  }

  /** A nested message without fields. */
  empty(field: number): void {
    this.#key(field, wireType.bytes);
    this.#varint(0);
  }

  /** Unsigned, of 32 or 64 bits; also enums. A number is at most 2^53. */
  uint(field: number, value: number | bigint): void {
    this.#key(field, wireType.varint);
    this.#reserve(10);
    if (typeof value === "number") this.#varint(value);
    else this.#varintOf(value);
  }

  /** Signed, as two's complement of 64 bits. A number is at least -2^53, at most 2^53. */
  int(field: number, value: number | bigint): void {
    if (value >= 0) this.uint(field, value);
    else this.uint(field, BigInt.asUintN(64, BigInt(value)));
  }

  bool(field: number, value: boolean): void {
    this.uint(field, value ? 1 : 0);
  }

  bytes(field: number, value: Uint8Array): void {
    this.#key(field, wireType.bytes);
    this.#reserve(5 + value.length);
    this.#varint(value.length);
    this.#bytes.set(value, this.#end);
    this.#end += value.length;
  }

  string(field: number, value: string): void {
    const { length } = value;
    if (length > longAscii) return this.#longString(field, value);
    this.#key(field, wireType.bytes);
    this.#reserve(1 + length);
    const start = this.#end;
    const bytes = this.#bytes;
    bytes[start] = length;
    for (let at = 0; at < length; at++) {
      const code = value.charCodeAt(at);
      if (code >= 0x80) {
        const encoded = encoder.encode(value);
        this.#reserve(5 + encoded.length);
        this.#varint(encoded.length);
        this.#bytes.set(encoded, this.#end);
        this.#end += encoded.length;
        return;
      }
      bytes[start + 1 + at] = code;
    }
    this.#end = start + 1 + length;
  }

  /** Encoded where it belongs: a buffer of its own takes several times as long. */
  #longString(field: number, value: string): void {
    this.#key(field, wireType.bytes);
    this.#reserve(5 + value.length * 3);
    const guessed = varintBytes(value.length);
    const start = this.#end;
    const { written } = encoder.encodeInto(value, this.#bytes.subarray(start + guessed));
    const shift = varintBytes(written) - guessed;
    if (shift !== 0) {
      this.#bytes.copyWithin(start + guessed + shift, start + guessed, start + guessed + written);
    }
    this.#varint(written);
    this.#end += written;
  }

  #key(field: number, type: number): void {
    this.#reserve(10);
    this.#varint(field * 8 + type);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#end++] = rest % 0x80 | 0x80;
      rest = rest > 0x7fffffff ? Math.floor(rest / 0x80) : rest >>> 7;
    }
    this.#bytes[this.#end++] = rest;
  }

  #varintOf(value: bigint): void {
    let rest = value;
    for (; rest >= 0x80n; rest >>= 7n) this.#bytes[this.#end++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#end++] = Number(rest);
  }

  #reserve(bytes: number): void {
    const needed = this.#end + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = larger;
  }
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}
