import { BrokenAnswer } from "./answer_head.ts";

const initialBytes = 8 * 1024;
/** Of a head: more than any server that we know sends. */
const longestHead = 64 * 1024;
/** Of the line before a chunk. */
const longestLine = 4 * 1024;
const longestTrailers = 16 * 1024;
const carriageReturn = 13;
const lineFeed = 10;
const decoder = new TextDecoder();
/** Keeps a byte order mark: what is made of the text again is to be the same. */
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Where a body is read from, part by part. */
export type Parts = { next(): Promise<Part> };
export type Part = { readonly value?: Uint8Array<ArrayBuffer> | undefined; readonly done: boolean };

/** The other side has ended the connection. */
export class Ended extends Error {
  override readonly name = "Ended";
}

/** What has come over a connection, and has not been read yet. */
export class ReceivedBytes {
  /** How many of what was expected have come. */
  count = 0;
  readonly #read: (into: Uint8Array) => Promise<number | null>;
  #buffer = new Uint8Array(initialBytes);
  #from = 0;
  #to = 0;
  /** Begun while nothing was expected. */
  #reading: Promise<number | null> | undefined;
  #onCome: (() => void) | undefined;

  constructor(read: (into: Uint8Array) => Promise<number | null>) {
    this.#read = read;
  }

  get isEmpty(): boolean {
    return this.#from === this.#to;
  }

  /** Reads while nothing is expected: whatever comes before `expect`, an end too, calls `onCome`. */
  watch(onCome: () => void): void {
    this.#from = this.#to = 0;
    this.#onCome = onCome;
    this.#reading = this.#read(this.#buffer);
    const came = () => this.#onCome?.();
    this.#reading.then(came, came);
  }

  /** From now on an answer may come. */
  expect(): void {
    this.#onCome = undefined;
    this.count = 0;
  }

  /** The text before the next empty line, a character for each byte. Errors: `Ended`, `BrokenAnswer`. */
  async head(): Promise<string> {
    for (;;) {
      const end = this.#endOfHead();
      if (end >= 0) {
        const text = textOf(this.#buffer.subarray(this.#from, end));
        this.#from = end + 4;
        return text;
      }
      if (this.#to - this.#from > longestHead) throw new BrokenAnswer("Cannot read so long a head");
      await this.#fill();
    }
  }

  /** So many bytes. Errors: `Ended`. */
  async exactly(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const here = Math.min(length, this.#to - this.#from);
    const first = this.#take(here);
    if (here === length) return first;
    const bytes = new Uint8Array(length);
    bytes.set(first);
    for (let at = here; at < length;) at += await this.#readInto(bytes.subarray(at));
    return bytes;
  }

  /** So many bytes, as text where they are UTF-8: whoever sends that sends the same bytes. Errors: `Ended`. */
  async text(length: number): Promise<string | Uint8Array<ArrayBuffer>> {
    const end = this.#from + length;
    const isHere = end <= this.#to;
    const bytes = isHere ? this.#buffer.subarray(this.#from, end) : await this.exactly(length);
    if (isHere) this.#from = end;
    try {
      return strict.decode(bytes);
    } catch {
      return bytes.slice();
    }
  }

  /** A body as it comes; its end with its last part where that is known. */
  parts(body: number | "chunked" | "until it ends"): Parts {
    if (body === "chunked") return this.#chunks();
    if (body === "until it ends") return { next: () => this.#untilEnd() };
    let left = body;
    return {
      next: async () => {
        const value = await this.#some(left);
        left -= value.byteLength;
        return { value, done: left === 0 };
      },
    };
  }

  #chunks(): Parts {
    /** Of the chunk that is being read; undefined: before the first. */
    let left: number | undefined;
    return {
      next: async () => {
        if (left === undefined || left === 0) {
          if (left === 0 && await this.#line() !== "") {
            throw new BrokenAnswer("Cannot read a chunk: it is longer than it says");
          }
          const [, size] = /^([0-9a-f]{1,8})[ \t]*(?:;|$)/i.exec(await this.#line()) ?? [];
          if (size === undefined) throw new BrokenAnswer("Cannot read a chunk: it has no size");
          left = parseInt(size, 16);
          if (left === 0) {
            await this.#trailers();
            return { done: true };
          }
        }
        const value = await this.#some(left);
        left -= value.byteLength;
        return { value, done: false };
      },
    };
  }

  async #trailers(): Promise<void> {
    let length = 0;
    for (let line = await this.#line(); line !== ""; line = await this.#line()) {
      length += line.length;
      if (length > longestTrailers) throw new BrokenAnswer("Cannot read so long trailers");
    }
  }

  async #untilEnd(): Promise<Part> {
    try {
      return { value: await this.#some(Infinity), done: false };
    } catch (error) {
      if (error instanceof Ended) return { done: true };
      throw error;
    }
  }

  async #line(): Promise<string> {
    for (;;) {
      const end = this.#buffer.subarray(0, this.#to).indexOf(lineFeed, this.#from);
      if (end >= 0) {
        if (end === this.#from || this.#buffer[end - 1] !== carriageReturn) {
          throw new BrokenAnswer("Cannot read a line: it does not end in CR LF");
        }
        const text = textOf(this.#buffer.subarray(this.#from, end - 1));
        this.#from = end + 1;
        return text;
      }
      if (this.#to - this.#from > longestLine) throw new BrokenAnswer("Cannot read so long a line");
      await this.#fill();
    }
  }

  /** At least one byte, at most so many. */
  async #some(most: number): Promise<Uint8Array<ArrayBuffer>> {
    if (this.isEmpty) await this.#fill();
    return this.#take(Math.min(most, this.#to - this.#from));
  }

  #take(length: number): Uint8Array<ArrayBuffer> {
    const bytes = this.#buffer.slice(this.#from, this.#from + length);
    this.#from += length;
    return bytes;
  }

  #endOfHead(): number {
    const buffer = this.#buffer;
    const last = this.#to - 4;
    for (let at = this.#from; at <= last; at++) {
      at = buffer.indexOf(carriageReturn, at);
      if (at < 0 || at > last) return -1;
      if (
        buffer[at + 1] === lineFeed && buffer[at + 2] === carriageReturn &&
        buffer[at + 3] === lineFeed
      ) return at;
    }
    return -1;
  }

  async #fill(): Promise<void> {
    if (this.#reading) {
      const count = await this.#reading;
      this.#reading = undefined;
      this.#to += this.#counted(count);
      return;
    }
    if (this.isEmpty) this.#from = this.#to = 0;
    if (this.#to === this.#buffer.length) {
      const unread = this.#buffer.subarray(this.#from, this.#to);
      const isFull = unread.length > this.#buffer.length / 2;
      const buffer = isFull ? new Uint8Array(2 * this.#buffer.length) : this.#buffer;
      buffer.set(unread);
      this.#buffer = buffer;
      this.#from = 0;
      this.#to = unread.length;
    }
    this.#to += await this.#readInto(this.#buffer.subarray(this.#to));
  }

  async #readInto(bytes: Uint8Array): Promise<number> {
    return this.#counted(await this.#read(bytes));
  }

  #counted(count: number | null): number {
    if (count === null) throw new Ended("The other side has ended the connection");
    this.count += count;
    return count;
  }
}

/** A character for each byte; `latin1` of `TextDecoder` is another encoding. */
function textOf(bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  // deno-lint-ignore no-control-regex -- what is not ASCII
  if (!/[^\x00-\x7f]/.test(text)) return text;
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
