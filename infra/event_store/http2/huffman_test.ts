import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { decodeHuffman } from "./huffman.ts";

Deno.test("the examples of RFC 7541 are decoded", () => {
  const examples: Readonly<Record<string, string>> = {
    "f1e3c2e5f23a6ba0ab90f4ff": "www.example.com",
    "a8eb10649cbf": "no-cache",
    "25a849e95ba97d7f": "custom-key",
    "25a849e95bb8e8b4bf": "custom-value",
    "d07abe941054d444a8200595040b8166e082a62d1bff": "Mon, 21 Oct 2013 20:13:21 GMT",
    "94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007":
      "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
  };
  for (const [code, text] of Object.entries(examples)) {
    assert.equal(decodeHuffman(Buffer.from(code, "hex")), text);
  }
});

Deno.test("rare bytes have the codes of the table", () => {
  const codes: readonly (readonly [symbol: number, code: number, bits: number])[] = [
    [0, 0x1ff8, 13],
    [1, 0x7fffd8, 23],
    [10, 0x3ffffffc, 30],
    [92, 0x7fff0, 19],
    [128, 0xfffe6, 20],
    [206, 0xfffff1, 24],
    [220, 0xffffffd, 28],
    [249, 0xffffffe, 28],
    [255, 0x3ffffee, 26],
  ];
  for (const [symbol, code, bits] of codes) {
    const padded = code.toString(2).padStart(bits, "0").padEnd(Math.ceil(bits / 8) * 8, "1");
    const bytes = padded.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2));
    assert.equal(decodeHuffman(Uint8Array.from(bytes)), String.fromCharCode(symbol));
  }
});

Deno.test("what no encoder makes is refused", () => {
  // Padding of a whole byte, padding with zeros, and the end of a string in it
  for (const code of ["ff", "1f".repeat(3) + "ff".repeat(2), "00", "fffffffc"]) {
    assert.equal(decodeHuffman(Buffer.from(code, "hex")), undefined, code);
  }
});
