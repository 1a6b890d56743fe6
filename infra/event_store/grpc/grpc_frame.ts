import { GrpcError, grpcStatus } from "./grpc_status.ts";
import { createDecompressor, type Decompress, messageTooLong } from "./message_decompressor.ts";

/** A compression flag and the message's length precede each message. */
export const framePrefixBytes = 5;

/** One message as gRPC sends it. */
export function frame(message: Uint8Array): Uint8Array {
  const framed = new Uint8Array(framePrefixBytes + message.length);
  writeFramePrefix(framed, { at: 0, length: message.length });
  framed.set(message, framePrefixBytes);
  return framed;
}

/** Writes the prefix of an uncompressed message of `length` bytes that begins five bytes after `at`. */
export function writeFramePrefix(
  target: Uint8Array,
  { at, length }: { readonly at: number; readonly length: number },
): void {
  target[at] = 0;
  target[at + 1] = length >>> 24;
  target[at + 2] = length >>> 16;
  target[at + 3] = length >>> 8;
  target[at + 4] = length;
}

export type Deframer = {
  /** The messages that this chunk completes; they may share its memory. Throws `GrpcError`. */
  push(chunk: Uint8Array): Uint8Array[];
  /** True between messages: the request may end here. */
  readonly empty: boolean;
};

const noBytes = new Uint8Array(0);

export type DeframerOptions = {
  /** The request's `grpc-encoding`: how those messages are compressed that say that they are. */
  readonly encoding?: string | undefined;
};

/** Cuts a request's bytes into messages, however they were chunked. */
export function createDeframer(
  maxMessageBytes: number,
  { encoding }: DeframerOptions = {},
): Deframer {
  // Parts of one unfinished message, prefix included; joined once it is complete, not at every chunk
  let parts: Uint8Array[] = [];
  let have = 0;
  let need = framePrefixBytes;
  let decompress: Decompress | undefined;

  function messageLength(bytes: Uint8Array, at: number): number {
    const flag = bytes[at]!;
    if (flag > 1) throw unknownFlag();
    if (flag === 1) decompress ??= createDecompressor(encoding, { maxMessageBytes });
    const length = bytes[at + 1]! * 0x1000000 +
      (bytes[at + 2]! << 16 | bytes[at + 3]! << 8 | bytes[at + 4]!);
    if (length > maxMessageBytes) throw messageTooLong();
    return length;
  }

  return {
    get empty() {
      return have === 0;
    },
    push(chunk) {
      have += chunk.length;
      if (have < need) {
        parts.push(chunk);
        return [];
      }
      let bytes = parts.length === 0 ? chunk : join([...parts, chunk], have);
      parts = [];
      const messages: Uint8Array[] = [];
      let at = 0;
      for (;;) {
        const left = bytes.length - at;
        need = left < framePrefixBytes
          ? framePrefixBytes
          : framePrefixBytes + messageLength(bytes, at);
        if (left < need) break;
        const message = bytes.subarray(at + framePrefixBytes, at + need);
        messages.push(bytes[at] === 0 ? message : decompress!(message));
        at += need;
      }
      bytes = at === bytes.length ? noBytes : bytes.subarray(at);
      have = bytes.length;
      if (have > 0) parts.push(bytes);
      return messages;
    },
  };
}

function unknownFlag(): GrpcError {
  const message = "Unexpected compressed flag value in message header.";
  return new GrpcError({ code: grpcStatus.internal, message });
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
