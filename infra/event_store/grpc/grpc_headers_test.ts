import assert from "node:assert/strict";
import fc from "fast-check";
import { isGrpcContentType, timeoutMs, trailersOf } from "./grpc_headers.ts";
import { GrpcError, grpcStatus } from "./grpc_status.ts";

Deno.test("trailers are ASCII whatever is in them, and the message can be read again", () => {
  const text = fc.string({ unit: "binary", maxLength: 50 });
  fc.assert(fc.property(text, text, (message, name) => {
    const error = new GrpcError({
      code: grpcStatus.notFound,
      message,
      trailers: { "stream-name": name },
    });
    const trailers = trailersOf(error);
    for (const value of Object.values(trailers)) assert.match(value, /^[ -~]*$/);
    assert.equal(trailers["grpc-status"], "5");
    assert.equal(decodeURIComponent(trailers["grpc-message"] ?? ""), message.toWellFormed());
  }));
});

Deno.test("a trailer that can be sent is sent as it is", () => {
  const trailers = { "stream-name": "order-1 %41" };
  const error = new GrpcError({ code: grpcStatus.notFound, message: "100%", trailers });
  assert.equal(trailersOf(error)["stream-name"], "order-1 %41");
  assert.equal(trailersOf(error)["grpc-message"], "100%25");
});

Deno.test("trailers are cut to what the client takes, between characters, the message first", () => {
  const name = fc.string({ unit: fc.constantFrom("a", "ż", "€", "🙂", " "), maxLength: 300 });
  fc.assert(fc.property(name, fc.integer({ min: 300, max: 3_000 }), (name, limit) => {
    const trailers = { "exception": "stream-deleted", "stream-name": name };
    const error = new GrpcError({ code: 9, message: `Deleted: ${name}`, trailers });
    const whole = trailersOf(error);
    const cut = trailersOf(error, limit);
    const bytes = Object.entries(cut).map(([name, value]) => name.length + value.length + 32);
    assert.ok(bytes.reduce((a, b) => a + b) <= limit);
    assert.equal(cut["grpc-status"], "9");
    assert.equal(cut["exception"], "stream-deleted");
    assert.ok(`Deleted: ${name}`.startsWith(decodeURIComponent(cut["grpc-message"]!)));
    assert.ok(name.startsWith(decodeURIComponent(cut["stream-name"]!)));
    if (cut["grpc-message"] !== "") assert.equal(cut["stream-name"], whole["stream-name"]);
  }));
});

Deno.test("time limits come in gRPC's units", () => {
  const limits: Readonly<Record<string, number>> = {
    "2H": 7_200_000,
    "3M": 180_000,
    "4S": 4_000,
    "5m": 5,
    "6000u": 6,
    "7000000n": 7,
  };
  for (const [header, ms] of Object.entries(limits)) {
    assert.equal(Math.round(timeoutMs(header)!), ms);
  }
  for (const header of [undefined, "", "5", "S", "123456789S", "-1S", "1 S", "1s"]) {
    assert.equal(timeoutMs(header), undefined);
  }
});

Deno.test("gRPC is known by its content type", () => {
  for (
    const type of ["application/grpc", "application/grpc+proto", "application/grpc; charset=x"]
  ) {
    assert.ok(isGrpcContentType(type));
  }
  for (const type of [undefined, "", "application/json", "application/grpc-web"]) {
    assert.ok(!isGrpcContentType(type));
  }
});
