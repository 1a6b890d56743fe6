/** Hears of the fields of a message: of a number, or of the place of what is longer. Other types are passed over. */
export type FieldListener = {
  number?(field: number, value: number): void;
  bytes?(field: number, part: Part): void;
};

/** Where it begins, and where it has ended. */
export type Part = { readonly start: number; readonly end: number };

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
/** Up to here a loop is quicker than the decoder. */
const shortText = 64;

/**
 * Goes through the fields of a protobuf message that lies between two places of `bytes`: for answers that come in great
 * numbers, of which generated code makes objects that nobody needs. Numbers beyond 2^53 are rounded.
 *
 * Errors: `RangeError` for what is no protobuf.
 */
export function readFields(
  bytes: Uint8Array,
  listener: FieldListener,
  { start, end }: Part = { start: 0, end: bytes.length },
): void {
  let at = start;
  function varint(): number {
    let value = 0;
    for (let factor = 1; at < end; factor *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new RangeError("Cannot read an answer: a number breaks off");
  }
  while (at < end) {
    const key = varint();
    const field = Math.floor(key / 8);
    switch (key % 8) {
      case 0: {
        const value = varint();
        listener.number?.(field, value);
        break;
      }
      case 1:
        at += 8;
        break;
      case 2: {
        const length = varint();
        if (at + length > end) throw new RangeError("Cannot read an answer: a field breaks off");
        listener.bytes?.(field, { start: at, end: at + length });
        at += length;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        throw new RangeError(`Cannot read an answer: wire type ${key % 8}`);
    }
  }
}

/** The text that lies between two places. */
export function textAt(bytes: Uint8Array, { start, end }: Part): string {
  if (end - start > shortText) return utf8.decode(bytes.subarray(start, end));
  let text = "";
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte > 127) return utf8.decode(bytes.subarray(start, end));
    text += String.fromCharCode(byte);
  }
  return text;
}
