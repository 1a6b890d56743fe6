import { Buffer } from "node:buffer";

/** Up to here Node's own way to make a text is quicker than the decoder. */
const shortText = 64;
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Goes through the fields of a protobuf message: for answers that come in great numbers, of which generated code makes
 * objects that nobody needs. Numbers beyond 2^53 are rounded.
 *
 * Errors: `RangeError` for what is no protobuf.
 */
export class ProtobufFields {
  /** The one that `next` has found; 0: none yet. */
  field = 0;
  /** What it says where it is a number, else 0. */
  number = 0;
  readonly #bytes: Buffer;
  readonly #limit: number;
  #at: number;
  /** Where it lies; what is a number lies nowhere. */
  #start = 0;
  #end = 0;

  constructor(bytes: Uint8Array, at = 0, limit = bytes.length) {
    this.#bytes = bytes instanceof Buffer
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = at;
    this.#limit = limit;
  }

  /** False: that was all. */
  next(): boolean {
    if (this.#at >= this.#limit) return false;
    const key = this.#varint();
    this.field = Math.floor(key / 8);
    this.number = this.#start = this.#end = 0;
    switch (key % 8) {
      case 0:
        this.number = this.#varint();
        return true;
      case 1:
        this.#at += 8;
        return true;
      case 2: {
        const length = this.#varint();
        this.#start = this.#at;
        this.#end = this.#at += length;
        if (this.#end <= this.#limit) return true;
        throw new RangeError("Cannot read an answer: a field breaks off");
      }
      case 5:
        this.#at += 4;
        return true;
      default:
        throw new RangeError(`Cannot read an answer: wire type ${key % 8}`);
    }
  }

  /** The field as a message of its own. */
  inner(): ProtobufFields {
    return new ProtobufFields(this.#bytes, this.#start, this.#end);
  }

  /** The field, which shares the message's memory. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  text(): string {
    return this.#end - this.#start > shortText
      ? utf8.decode(this.bytes())
      : this.#bytes.toString("utf8", this.#start, this.#end);
  }

  #varint(): number {
    const bytes = this.#bytes;
    let value = 0;
    for (let factor = 1; this.#at < this.#limit; factor *= 128) {
      const byte = bytes[this.#at++]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new RangeError("Cannot read an answer: a number breaks off");
  }
}
