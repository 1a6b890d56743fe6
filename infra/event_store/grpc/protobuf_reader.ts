import { Buffer } from "node:buffer";
import { GrpcError, grpcStatus } from "./grpc_status.ts";
import { readText, type Span } from "./read_text.ts";

/**
 * Reads a protobuf message field by field: for requests that come in great numbers.
 *
 * ```ts
 * import { ProtobufReader } from "./protobuf_reader.ts";
 *
 * function readName(message: Uint8Array): string {
 *   const reader = new ProtobufReader(message);
 *   let name = "";
 *   while (reader.next()) {
 *     if (reader.field === 1) name = reader.string();
 *     else reader.skip();
 *   }
 *   return name;
 * }
 * ```
 *
 * Errors: `GrpcError` INVALID_ARGUMENT for what is no protobuf, or of another type than it is read as.
 */
export class ProtobufReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;
  #field = 0;
  #type = 0;

  /** Reads a part of `bytes`: all of them, if nothing else is said. */
  constructor(bytes: Uint8Array, { start, end }: Span = { start: 0, end: bytes.length }) {
    this.#bytes = bytes instanceof Buffer
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = start;
    this.#end = end;
  }

  /** Bytes of the field that `next` went to, which has a length: it is still to be read. */
  get length(): number {
    const at = this.#at;
    this.#expect(2);
    const length = this.#varint();
    this.#at = at;
    return length;
  }

  /** Number of the field that `next` went to. */
  get field(): number {
    return this.#field;
  }

  /** Goes to the next field, which must be read or skipped; false at the end. */
  next(): boolean {
    if (this.#at >= this.#end) return false;
    const key = this.#varint();
    this.#field = Math.floor(key / 8);
    this.#type = key % 8;
    if (this.#field === 0) throw malformed("field 0");
    return true;
  }

  skip(): void {
    if (this.#type === 0) this.#varint();
    else if (this.#type === 2) this.bytes();
    else if (this.#type === 1) this.#advance(8);
    else if (this.#type === 5) this.#advance(4);
    else throw malformed(`wire type ${this.#type}`);
  }

  /** Unsigned, of 32 or 64 bits, or an enum; not exact above 2^53, but in order. */
  uint(): number {
    this.#expect(0);
    return this.#varint();
  }

  /** Unsigned of 64 bits. */
  uint64(): bigint {
    const bits = new DataView(new ArrayBuffer(8));
    this.copyInt64(bits, 0);
    return bits.getBigUint64(0);
  }

  /** Signed of 64 bits, as two's complement. */
  int64(): bigint {
    return BigInt.asIntN(64, this.uint64());
  }

  /** Writes 64 bits, signed or not, to `target`, highest byte first: several times as fast as by way of a bigint. */
  copyInt64(target: DataView, at: number): void {
    this.#expect(0);
    // Of 28 bits each, so that shifts stay within 32
    const parts = [0, 0, 0] as [number, number, number];
    for (let index = 0; index < 10; index++) {
      const byte = this.#byte();
      const part = index >> 2;
      parts[part]! |= (byte & 0x7f) << 7 * (index & 3);
      if (byte < 0x80) {
        const [low, middle, high] = parts;
        target.setInt32(at, middle >>> 4 | high << 24);
        target.setInt32(at + 4, low | middle << 28);
        return;
      }
    }
    throw malformed("a varint of more than ten bytes");
  }

  bool(): boolean {
    return this.uint() !== 0;
  }

  /** Shares memory with the message. */
  bytes(): Uint8Array {
    return this.within((bytes, { start, end }) => bytes.subarray(start, end));
  }

  string(): string {
    return this.within(readText);
  }

  /** A nested message. */
  message(): ProtobufReader {
    return this.within((bytes, span) => new ProtobufReader(bytes, span));
  }

  /** What `read` makes of a field that has a length, and lies in `bytes`: a view of its own takes longer than many a field. */
  within<Result>(read: (bytes: Buffer, span: Span) => Result): Result {
    this.#expect(2);
    const length = this.#varint();
    const start = this.#at;
    this.#advance(length);
    return read(this.#bytes, { start, end: this.#at });
  }

  #varint(): number {
    let value = this.#byte();
    if (value < 0x80) return value;
    value &= 0x7f;
    for (let factor = 0x80; factor <= 2 ** 63; factor *= 0x80) {
      const byte = this.#byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw malformed("a varint of more than ten bytes");
  }

  #byte(): number {
    if (this.#at >= this.#end) throw malformed("it ends too early");
    return this.#bytes[this.#at++]!;
  }

  #advance(bytes: number): void {
    this.#at += bytes;
    if (this.#at > this.#end) throw malformed("it ends too early");
  }

  #expect(type: number): void {
    if (this.#type !== type) throw malformed(`field ${this.#field} has wire type ${this.#type}`);
  }
}

function malformed(detail: string): GrpcError {
  return new GrpcError({
    code: grpcStatus.invalidArgument,
    message: `Cannot decode the request: ${detail}`,
  });
}
