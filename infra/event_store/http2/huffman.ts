/**
 * HPACK's code (RFC 7541, appendix B) is canonical: lengths alone define it, codes of a length follow the order of their
 * symbols. Symbols by length of their code in bits; 256 is the end of a string, which must not occur in one.
 */
const symbolsByLength: Readonly<Record<number, string | readonly number[]>> = {
  5: "012aceiost",
  6: " %-./3456789=A_bdfghlmnpru",
  7: ":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz",
  8: "&*,;XZ",
  10: '!"()?',
  11: "'+|",
  12: "#>",
  13: "\0$@[]~",
  14: "^}",
  15: "<`{",
  19: [92, 195, 208],
  20: [128, 130, 131, 162, 184, 194, 224, 226],
  21: [153, 161, 167, 172, 176, 177, 179, 209, 216, 217, 227, 229, 230],
  // deno-fmt-ignore
  22: [
    129, 132, 133, 134, 136, 146, 154, 156, 160, 163, 164, 169, 170, 173, 178, 181, 185, 186, 187, 189, 190, 196, 198,
    228, 232, 233,
  ],
  // deno-fmt-ignore
  23: [
    1, 135, 137, 138, 139, 140, 141, 143, 147, 149, 150, 151, 152, 155, 157, 158, 165, 166, 168, 174, 175, 180, 182,
    183, 188, 191, 197, 231, 239,
  ],
  24: [9, 142, 144, 145, 148, 159, 171, 206, 215, 225, 236, 237],
  25: [199, 207, 234, 235],
  26: [192, 193, 200, 201, 202, 205, 210, 213, 218, 219, 238, 240, 242, 243, 255],
  27: [
    203,
    204,
    211,
    212,
    214,
    221,
    222,
    223,
    241,
    244,
    245,
    246,
    247,
    248,
    250,
    251,
    252,
    253,
    254,
  ],
  // deno-fmt-ignore
  28: [
    2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127, 220, 249,
  ],
  30: [10, 13, 22, 256],
};
const longest = 30;
const endOfString = 256;

/** By length: the first code, and the symbols from it on. */
const firstCode: number[] = [];
const symbols: number[][] = [];
for (let length = 1, code = 0; length <= longest; length++) {
  code *= 2;
  const group = symbolsByLength[length] ?? [];
  firstCode[length] = code;
  symbols[length] = typeof group === "string"
    ? Array.from(group, (character) => character.charCodeAt(0))
    : [...group];
  code += group.length;
}

/** Bytes as Latin-1 text; undefined: not what an encoder makes. */
export function decodeHuffman(bytes: Uint8Array): string | undefined {
  let text = "";
  let code = 0;
  let length = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + (byte >> bit & 1);
      if (++length > longest) return undefined;
      const symbol = symbols[length]![code - firstCode[length]!];
      if (symbol === undefined) continue;
      if (symbol === endOfString) return undefined;
      text += String.fromCharCode(symbol);
      code = 0;
      length = 0;
    }
  }
  // Padded to a whole byte with the beginning of the end, which is ones
  return length < 8 && code === 2 ** length - 1 ? text : undefined;
}
