import { Buffer } from "node:buffer";
import { Http2Error } from "./http2_error.ts";
import { decodeHuffman } from "./huffman.ts";
import { staticHeaders } from "./static_headers.ts";

type Header = readonly [name: string, value: string];

/** Bytes that RFC 7541 counts for an entry beside its name and value. */
const entryOverhead = 32;
/** What we offer is the default, so there is nothing to announce. */
const largestTable = 4096;
/** As RFC 9113 counts them for its setting: with 32 bytes more for each header. */
export const maxHeaderListBytes = 64 * 1024;

/** Decodes a connection's header blocks, in the order of their arrival; each changes what the next ones mean. */
export class HeaderDecoder {
  /** The newest first. */
  readonly #entries: Header[] = [];
  #size = 0;
  #maxSize = largestTable;
  #block: Uint8Array = new Uint8Array(0);
  #at = 0;

  /** Names are lower case as sent; a header given several times has its values joined by commas. Throws `Http2Error`. */
  decode(block: Uint8Array): Record<string, string> {
    this.#block = block;
    this.#at = 0;
    // A header named like a member of Object must be just a header
    const headers: Record<string, string> = Object.create(null);
    let listBytes = 0;
    let isFirst = true;
    while (this.#at < block.length) {
      const header = this.#next();
      if (!header) {
        if (!isFirst) throw malformed("the table's size changes behind a header");
        continue;
      }
      isFirst = false;
      const [name, value] = header;
      listBytes += name.length + value.length + entryOverhead;
      if (listBytes > maxHeaderListBytes) {
        throw new Http2Error("enhanceYourCalm", "Cannot take the headers: too long");
      }
      headers[name] = name in headers ? `${headers[name]},${value}` : value;
    }
    return headers;
  }

  #next(): Header | undefined {
    const first = this.#block[this.#at]!;
    if (first & 0x80) return this.#entry(this.#integer(7));
    if ((first & 0xe0) === 0x20) {
      this.#resize(this.#integer(5));
      return undefined;
    }
    const isRemembered = (first & 0x40) !== 0;
    const nameIndex = this.#integer(isRemembered ? 6 : 4);
    const name = nameIndex === 0 ? this.#string() : this.#entry(nameIndex)[0];
    const header: Header = [name, this.#string()];
    if (isRemembered) this.#remember(header);
    return header;
  }

  #entry(index: number): Header {
    const header = index <= staticHeaders.length
      ? staticHeaders[index - 1]
      : this.#entries[index - staticHeaders.length - 1];
    if (!header) throw malformed(`there is no entry ${index}`);
    return header;
  }

  #remember(header: Header): void {
    this.#size += sizeOf(header);
    this.#entries.unshift(header);
    this.#evict();
  }

  #resize(size: number): void {
    if (size > largestTable) throw malformed(`a table of ${size} bytes was not offered`);
    this.#maxSize = size;
    this.#evict();
  }

  #evict(): void {
    while (this.#size > this.#maxSize) this.#size -= sizeOf(this.#entries.pop()!);
  }

  #integer(prefixBits: number): number {
    const mask = 2 ** prefixBits - 1;
    let value = this.#byte() & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw malformed("an integer is too large");
  }

  #string(): string {
    const isHuffman = (this.#block[this.#at] ?? 0) >= 0x80;
    const length = this.#integer(7);
    const end = this.#at + length;
    if (end > this.#block.length) throw malformed("a text is longer than its block");
    const bytes = this.#block.subarray(this.#at, end);
    this.#at = end;
    const text = isHuffman
      ? decodeHuffman(bytes)
      : Buffer.from(bytes.buffer, bytes.byteOffset, length).toString("latin1");
    if (text === undefined) throw malformed("a text is no Huffman code");
    return text;
  }

  #byte(): number {
    const byte = this.#block[this.#at++];
    if (byte === undefined) throw malformed("it ends too early");
    return byte;
  }
}

function sizeOf([name, value]: Header): number {
  return name.length + value.length + entryOverhead;
}

function malformed(detail: string): Http2Error {
  return new Http2Error("compressionError", `Cannot decode a header block: ${detail}`);
}
