import { type Frame, frameFlag } from "./frame_reader.ts";
import { Http2Error } from "./http2_error.ts";

/** Those of RFC 9113, section 6.5.2, that concern us. */
export const setting = {
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const;

/** A frame's settings by their identifiers; unknown ones are there too. Throws `Http2Error`. */
export function readSettings({ payload, flags, streamId }: Frame): ReadonlyMap<number, number> {
  const mustBeEmpty = (flags & frameFlag.ack) !== 0;
  if (payload.length % 6 !== 0 || (mustBeEmpty && payload.length > 0)) {
    throw new Http2Error("frameSizeError", "Cannot take settings: not six bytes each");
  }
  if (streamId !== 0) {
    throw new Http2Error("protocolError", "Cannot take settings: they are not a stream's");
  }
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const settings = new Map<number, number>();
  for (let at = 0; at < payload.length; at += 6) {
    settings.set(view.getUint16(at), view.getUint32(at + 2));
  }
  if ((settings.get(setting.initialWindowSize) ?? 0) > 2 ** 31 - 1) {
    throw new Http2Error("flowControlError", "Cannot take settings: the window is too large");
  }
  const frameSize = settings.get(setting.maxFrameSize) ?? 2 ** 14;
  if (frameSize < 2 ** 14 || frameSize >= 2 ** 24 || (settings.get(setting.enablePush) ?? 0) > 1) {
    throw new Http2Error("protocolError", "Cannot take settings: a value is out of its range");
  }
  return settings;
}
