/** A UUID: its 16 bytes, or its 32 digits with or without hyphens, in either case. */
export type EventId = Uint8Array | string;

const textLength = 36;
const hyphen = 0x2d;
const hyphens = [8, 13, 18, 23] as const;
const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
/** Values of hexadecimal digits by their codes; negative: it is none. */
const digits = new Int8Array(256).fill(-1);
for (let value = 0; value < 16; value++) {
  const digit = value.toString(16);
  digits[digit.charCodeAt(0)] = value;
  digits[digit.toUpperCase().charCodeAt(0)] = value;
}
/** Where the digits of each byte start in the text form. */
const offsets = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;

/** The 16 bytes of a UUID of any version, of which `bytes` has the text form; undefined: it is something else. */
export function readUuidText(
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
): Uint8Array | undefined {
  if (end - start !== textLength) return undefined;
  for (const at of hyphens) if (bytes[start + at] !== hyphen) return undefined;
  const id = new Uint8Array(16);
  let seen = 0;
  for (let at = 0; at < 16; at++) {
    const offset = start + offsets[at]!;
    const value = digits[bytes[offset]!]! << 4 | digits[bytes[offset + 1]!]!;
    seen |= value;
    id[at] = value;
  }
  return seen < 0 ? undefined : id;
}

/** The 16 bytes of a UUID given as text. */
export function uuidToBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(16);
  for (let at = 0; at < 16; at++) {
    const offset = offsets[at]!;
    bytes[at] = digits[text.charCodeAt(offset)]! << 4 | digits[text.charCodeAt(offset + 1)]!;
  }
  return bytes;
}

/** The text form, in lower case. */
export function uuidText(id: EventId): string {
  if (typeof id !== "string") return bytesToUuid(id);
  const lower = id.toLowerCase();
  if (lower.length === 36) return lower;
  return `${lower.slice(0, 8)}-${lower.slice(8, 12)}-${lower.slice(12, 16)}-${
    lower.slice(16, 20)
  }-${lower.slice(20)}`;
}

function bytesToUuid(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < 16; at++) {
    if (at === 4 || at === 6 || at === 8 || at === 10) text += "-";
    text += hex[bytes[at]!];
  }
  return text;
}

/** Whether what SQLite gave are these bytes. */
export function sameBytes(stored: unknown, bytes: Uint8Array): boolean {
  return stored instanceof Uint8Array && bytes.every((byte, at) => byte === stored[at]);
}
