import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import zlib from "node:zlib";
import fc from "fast-check";
import { createDeframer, frame } from "./grpc_frame.ts";
import { GrpcError, grpcStatus } from "./grpc_status.ts";

Deno.test("messages come out as they went in, however their frames are cut", () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 500 }), { maxLength: 10 });
  const cuts = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 });
  fc.assert(fc.property(messages, cuts, (messages, cuts) => {
    const bytes = Buffer.concat(messages.map(frame));
    const deframer = createDeframer(1_000);
    const received: Uint8Array[] = [];
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const size = cuts[turn % cuts.length]!;
      received.push(...deframer.push(bytes.subarray(at, at += size)));
    }
    assert.deepEqual(
      received.map((message) => Array.from(message)),
      messages.map((m) => Array.from(m)),
    );
    assert.ok(deframer.empty);
  }));
});

Deno.test("a message that is too long is refused before it has come", () => {
  const deframer = createDeframer(1_000);
  assert.deepEqual(deframer.push(frame(new Uint8Array(1_000))).length, 1);
  assert.throws(() => deframer.push(Uint8Array.of(0, 0xff, 0xff, 0xff, 0xff)), {
    code: grpcStatus.resourceExhausted,
  });
});

Deno.test("compressed messages come out as they were, between others that are not", () => {
  const message = Buffer.from("message".repeat(100));
  for (
    const [encoding, compress] of [["gzip", zlib.gzipSync], ["deflate", zlib.deflateSync]] as const
  ) {
    const bytes = Buffer.concat([
      compressed(compress(message)),
      frame(message),
      compressed(compress(message)),
    ]);
    const deframer = createDeframer(1_000, { encoding });
    const received = [
      ...deframer.push(bytes.subarray(0, 20)),
      ...deframer.push(bytes.subarray(20)),
    ];
    assert.deepEqual(received.map((each) => Buffer.from(each)), [message, message, message]);
  }
});

Deno.test("what cannot be decompressed is refused", () => {
  const refuse = (bytes: Uint8Array, encoding?: string) => {
    let code: number | undefined;
    try {
      createDeframer(1_000, { encoding }).push(bytes);
    } catch (error) {
      if (error instanceof GrpcError) code = error.code;
    }
    return code;
  };
  const { internal, unimplemented, resourceExhausted } = grpcStatus;
  const junk = compressed(Uint8Array.of(7));
  assert.equal(refuse(junk), internal);
  assert.equal(refuse(junk, "identity"), internal);
  assert.equal(refuse(junk, "gzip"), internal);
  assert.equal(refuse(junk, "br"), unimplemented);
  assert.equal(refuse(Uint8Array.of(9, 0, 0, 0, 1, 7), "gzip"), internal);
  assert.equal(refuse(frame(Uint8Array.of(7)), "gzip"), undefined);
  assert.equal(refuse(compressed(zlib.gzipSync(new Uint8Array(1_000))), "gzip"), undefined);
  assert.equal(refuse(compressed(zlib.gzipSync(new Uint8Array(1_001))), "gzip"), resourceExhausted);
});

Deno.test("an unfinished message is not the end", () => {
  const deframer = createDeframer(1_000);
  deframer.push(Uint8Array.of(0, 0));
  assert.ok(!deframer.empty);
});

function compressed(message: Uint8Array): Uint8Array {
  const framed = frame(message);
  framed[0] = 1;
  return framed;
}
