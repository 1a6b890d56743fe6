import type { Buffer } from "node:buffer";

/** Where something lies: from `start` up to, not including, `end`. */
export type Span = { readonly start: number; readonly end: number };

/** Longer ones come seldom twice. */
const longest = 64;
const slots = 256;
const recent: string[] = Array(slots).fill("");

/** The text that these bytes are in UTF-8. Names, types and keys come again and again: to compare takes less than to decode. */
export function readText(bytes: Buffer, { start, end }: Span): string {
  const length = end - start;
  if (length === 0) return "";
  if (length > longest) return bytes.toString("utf8", start, end);
  const slot = (length * 31 + bytes[start]! * 7 + bytes[end - 1]!) % slots;
  const known = recent[slot];
  if (known !== undefined && known.length === length && isAt(known, { bytes, start })) return known;
  const text = bytes.toString("utf8", start, end);
  recent[slot] = text;
  return text;
}

/** Only of ASCII is the code of each character its byte. */
function isAt(text: string, { bytes, start }: { bytes: Buffer; start: number }): boolean {
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) !== bytes[start + at]) return false;
    if (bytes[start + at]! >= 0x80) return false;
  }
  return true;
}
