import { Buffer } from "node:buffer";
import { staticHeaders } from "./static_headers.ts";

/**
 * A header block that any connection may send at any time: nothing is added to the peer's table, so blocks can be made
 * once and kept.
 */
export function encodeHeaders(headers: Readonly<Record<string, string>>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const known = staticHeaders.findIndex(([a, b]) => a === name && b === value);
    if (known >= 0) {
      parts.push(Uint8Array.of(0x80 | known + 1));
      continue;
    }
    const nameIndex = staticHeaders.findIndex(([known]) => known === name) + 1;
    parts.push(integer(nameIndex, 4));
    if (nameIndex === 0) parts.push(...text(name));
    parts.push(...text(value));
  }
  return Buffer.concat(parts);
}

function text(latin1: string): readonly Uint8Array[] {
  return [integer(latin1.length, 7), Buffer.from(latin1, "latin1")];
}

function integer(value: number, prefixBits: number): Uint8Array {
  const mask = 2 ** prefixBits - 1;
  if (value < mask) return Uint8Array.of(value);
  const bytes = [mask];
  let rest = value - mask;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push(rest % 0x80 | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
