const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
/** Where the digits of each byte start in the text form. */
const offsets = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;

/** True for the text form of any UUID, whatever its version. */
export function isUuid(text: unknown): text is string {
  return typeof text === "string" && pattern.test(text);
}

/** The 16 bytes of a UUID given as text. */
export function uuidToBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(16);
  for (let at = 0; at < 16; at++) {
    const offset = offsets[at]!;
    bytes[at] = digit(text.charCodeAt(offset)) << 4 | digit(text.charCodeAt(offset + 1));
  }
  return bytes;
}

/** The text form, in lower case, of 32 hexadecimal digits with or without hyphens. */
export function uuidText(digits: string): string {
  const lower = digits.toLowerCase();
  if (lower.length === 36) return lower;
  return `${lower.slice(0, 8)}-${lower.slice(8, 12)}-${lower.slice(12, 16)}-${
    lower.slice(16, 20)
  }-${lower.slice(20)}`;
}

/** The text form, in lower case. */
export function bytesToUuid(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < 16; at++) {
    if (at === 4 || at === 6 || at === 8 || at === 10) text += "-";
    text += hex[bytes[at]!];
  }
  return text;
}

/** Value of an ASCII hexadecimal digit: letters lie 9 above their low four bits. */
function digit(code: number): number {
  return (code & 0xf) + (code >> 6) * 9;
}
