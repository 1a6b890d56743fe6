import { type Frame, frameFlag } from "./frame_reader.ts";
import { Http2Error } from "./http2_error.ts";

/** The payload of a frame of data or headers; its first byte may say how many of the last ones mean nothing. */
export function withoutPadding({ flags, payload }: Frame): Uint8Array {
  if ((flags & frameFlag.padded) === 0) return payload;
  const padding = payload[0] ?? 0;
  if (payload.length < 1 + padding) {
    throw new Http2Error("protocolError", "Cannot take a frame: its padding is longer than itself");
  }
  return payload.subarray(1, payload.length - padding);
}
