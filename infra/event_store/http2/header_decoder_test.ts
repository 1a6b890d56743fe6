import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { HeaderDecoder } from "./header_decoder.ts";
import { encodeHeaders } from "./header_encoder.ts";
import { Http2Error } from "./http2_error.ts";

Deno.test("the requests of RFC 7541 are decoded, one after the other", () => {
  const decoder = new HeaderDecoder();
  const plain = {
    ":method": "GET",
    ":scheme": "http",
    ":path": "/",
    ":authority": "www.example.com",
  };
  const decode = (hex: string) => ({
    ...decoder.decode(Buffer.from(hex.replaceAll(" ", ""), "hex")),
  });
  assert.deepEqual(decode("8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff"), plain);
  assert.deepEqual(decode("8286 84be 5886 a8eb 1064 9cbf"), {
    ...plain,
    "cache-control": "no-cache",
  });
  assert.deepEqual(decode("8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf"), {
    ...plain,
    ":scheme": "https",
    ":path": "/index.html",
    "custom-key": "custom-value",
  });
});

Deno.test("what we encode is decoded", () => {
  const name = fc.stringMatching(/^[a-z-]{1,300}$/);
  const value = fc.string({ unit: "binary-ascii", maxLength: 300 });
  fc.assert(fc.property(fc.dictionary(name, value), (headers) => {
    const decoded = new HeaderDecoder().decode(encodeHeaders(headers));
    assert.deepEqual({ ...decoded }, { ...headers });
  }));
});

Deno.test("a header given twice has both values", () => {
  const block = Buffer.concat([encodeHeaders({ "x-a": "1" }), encodeHeaders({ "x-a": "2" })]);
  assert.equal(new HeaderDecoder().decode(block)["x-a"], "1,2");
});

Deno.test("the table forgets the oldest when it is full, and when it is made smaller", () => {
  const decoder = new HeaderDecoder();
  const remembered = (name: string, value: string) =>
    Buffer.concat([Buffer.from([0x40]), encodeHeaders({ [name]: value }).subarray(1)]);
  decoder.decode(remembered("first", "x".repeat(100)));
  decoder.decode(remembered("second", "y".repeat(100)));
  assert.equal(decoder.decode(Uint8Array.of(0x80 | 63))["first"], "x".repeat(100));
  for (let count = 0; count < 40; count++) decoder.decode(remembered("other", "z".repeat(90)));
  assert.throws(() => decoder.decode(Uint8Array.of(0xff, 40)), Http2Error);
  decoder.decode(Uint8Array.of(0x20));
  assert.throws(() => decoder.decode(Uint8Array.of(0x80 | 62)), Http2Error);
});

Deno.test("junk is refused, and so are headers without end", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (junk) => {
    try {
      new HeaderDecoder().decode(junk);
    } catch (error) {
      assert.ok(error instanceof Http2Error, String(error));
    }
  }));
  // More than a block may hold, though few bytes name it
  const decoder = new HeaderDecoder();
  const entry = encodeHeaders({ a: "x".repeat(3_000) });
  decoder.decode(Buffer.concat([Buffer.from([0x40]), entry.subarray(1)]));
  assert.throws(() => decoder.decode(new Uint8Array(10_000).fill(0x80 | 62)), {
    code: "enhanceYourCalm",
  });
});
