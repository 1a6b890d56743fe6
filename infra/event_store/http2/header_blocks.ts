import { type Frame, frameFlag, frameType } from "./frame_reader.ts";
import { withoutPadding } from "./padding.ts";
import { HeaderDecoder } from "./header_decoder.ts";
import { Http2Error } from "./http2_error.ts";

const maxBlockBytes = 64 * 1024;
export const priorityBytes = 5;

export type ReceivedHeaders = {
  readonly streamId: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly endStream: boolean;
};

/** Puts header blocks together that come in several frames, and decodes them. */
export class HeaderBlocks {
  readonly #decoder = new HeaderDecoder();
  #first: Frame | undefined;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  /** A block has begun: nothing but its continuation may come now. */
  get unfinished(): boolean {
    return this.#first !== undefined;
  }

  /** Takes a frame of headers or their continuation; gives the headers that it completes. Throws `Http2Error`. */
  take(frame: Frame): ReceivedHeaders | undefined {
    this.#add(frame);
    const first = this.#first!;
    if ((frame.flags & frameFlag.endHeaders) === 0) return undefined;
    const block = this.#parts.length === 1 ? this.#parts[0]! : joined(this.#parts, this.#bytes);
    this.#first = undefined;
    this.#parts = [];
    this.#bytes = 0;
    return {
      streamId: first.streamId,
      headers: this.#decoder.decode(block),
      endStream: (first.flags & frameFlag.endStream) !== 0,
    };
  }

  #add(frame: Frame): void {
    if (frame.type === frameType.headers) {
      this.#first = frame;
      const payload = withoutPadding(frame);
      const hasPriority = (frame.flags & frameFlag.priority) !== 0;
      if (hasPriority && payload.length < priorityBytes) {
        throw new Http2Error(
          "frameSizeError",
          "Cannot take the headers: their priority is cut off",
        );
      }
      this.#parts.push(hasPriority ? payload.subarray(priorityBytes) : payload);
    } else if (frame.streamId !== this.#first?.streamId) {
      throw new Http2Error("protocolError", "Cannot continue headers: they are another stream's");
    } else {
      this.#parts.push(frame.payload);
    }
    this.#bytes += frame.payload.length;
    // Empty continuations without end would cost as much as long ones
    if (this.#bytes > maxBlockBytes || this.#parts.length > 64) {
      throw new Http2Error("enhanceYourCalm", "Cannot take the headers: too long");
    }
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole.subarray(0, at);
}
