import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Metadata, status } from "@grpc/grpc-js";
import { type Log, silentLog } from "@headwater/core";
import type { Rpc } from "./grpc_call.ts";
import { frame } from "./grpc_frame.ts";
import { errorOf, grpcTestBed, until, untilOver } from "../testing/grpc_test_bed.ts";

const mebibyte = 1024 * 1024;
const mostBytes = 16 * mebibyte - 10_000;

Deno.test("a unary call is answered, whatever the size of its message", async () => {
  const echo: Rpc = async (call) => void call.write(frame(await call.first()));
  await using bed = await grpcTestBed({ echo });
  for (const size of [0, 1, 200, 16_384, 65_536, 5 * mebibyte, mostBytes]) {
    const message = Buffer.alloc(size, "abcdefg");
    assert.ok(message.equals(await bed.unary("echo", message)), `${size} bytes`);
  }
  assert.equal(bed.server.open.calls, 0);
  assert.equal(bed.server.open.connections, 1);
});

Deno.test("a message over the limit is refused as too much", async () => {
  const echo: Rpc = async (call) => void call.write(frame(await call.first()));
  await using bed = await grpcTestBed({ echo });
  await assert.rejects(bed.unary("echo", Buffer.alloc(mostBytes + 1)), {
    code: status.RESOURCE_EXHAUSTED,
  });
});

Deno.test("metadata reaches the rpc, binary values decoded", async () => {
  const seen: unknown[] = [];
  const look: Rpc = async (call) => {
    await call.first();
    seen.push(call.path, call.header("connection-name"), call.binaryHeader("trace-bin"));
    seen.push(call.header("missing"), call.header("constructor"));
    call.write(frame(Buffer.from(call.peer)));
  };
  await using bed = await grpcTestBed({ look });
  const metadata = new Metadata();
  metadata.set("connection-name", "orders");
  metadata.set("trace-bin", Buffer.from([0, 255, 7]));
  const peer = await bed.unary("look", Buffer.alloc(0), metadata);
  assert.match(String(peer), /^127\.0\.0\.1:\d+$/);
  assert.deepEqual(seen, [
    "/test.Test/look",
    "orders",
    Buffer.from([0, 255, 7]),
    undefined,
    undefined,
  ]);
});

Deno.test("an rpc that fails otherwise answers no details, and is logged", async () => {
  const logged: unknown[] = [];
  const logger: Log = { ...silentLog, error: (_message, fields) => logged.push(fields?.error) };
  const bug = new TypeError("Cannot read secret");
  await using bed = await grpcTestBed({ fail: () => Promise.reject(bug) }, { logger });
  await assert.rejects(bed.unary("fail", Buffer.alloc(0)), {
    code: status.UNKNOWN,
    details: "Exception was thrown by handler.",
  });
  assert.deepEqual(logged, [bug]);
});

Deno.test("what is not served is unimplemented", async () => {
  await using bed = await grpcTestBed({ known: () => Promise.resolve() });
  await assert.rejects(bed.unary("unknown", Buffer.alloc(0)), {
    code: status.UNIMPLEMENTED,
    details: "Method is unimplemented.",
  });
  await assert.rejects(bed.unary("/other.Other/known", Buffer.alloc(0)), {
    code: status.UNIMPLEMENTED,
    details: "Service is unimplemented.",
  });
});

Deno.test("a client that goes away ends its rpcs", async () => {
  const reasons: unknown[] = [];
  await using bed = await grpcTestBed({ wait: (call) => untilOver(call, reasons) });
  const calls = [bed.serverStream("wait"), bed.serverStream("wait")];
  for (const call of calls) call.on("error", () => {});
  await until(() => bed.server.open.calls === 2);
  for (const call of calls) call.cancel();
  bed.client.close();
  await until(() => reasons.length === 2 && bed.server.open.connections === 0);
});

Deno.test("5,000 calls opened and cancelled leave nothing behind, and the connection goes on", async () => {
  const reasons: unknown[] = [];
  await using bed = await grpcTestBed({
    wait: (call) => untilOver(call, reasons),
    echo: async (call) => void call.write(frame(await call.first())),
  });
  await bed.unary("echo", Buffer.from("before"));
  for (let round = 0; round < 50; round++) {
    const calls = Array.from({ length: 100 }, () => bed.serverStream("wait"));
    for (const call of calls) call.on("error", () => {});
    // The client forgets to tell the server of calls cancelled before it sent them
    await until(() => bed.server.open.calls === 100);
    for (const call of calls) call.cancel();
    await until(() => bed.server.open.calls === 0);
  }
  assert.equal(reasons.length, 5_000);
  assert.equal(String(await bed.unary("echo", Buffer.from("after"))), "after");
  assert.equal(bed.server.open.connections, 1);
});

Deno.test("stopping tells the running calls, and waits for nobody for long", async () => {
  const bed = await grpcTestBed({
    wait: () => new Promise(() => {}),
    talk: async (call) => {
      call.write(frame(await call.first()));
      await untilOver(call, []);
    },
  });
  const calls = [bed.serverStream("wait"), bed.serverStream("talk")];
  const errors = Promise.all(calls.map(errorOf));
  await until(() => bed.server.open.calls === 2);
  await bed.server[Symbol.asyncDispose]();
  for (const error of await errors) {
    assert.equal(error.code, status.UNAVAILABLE);
    assert.equal(error.details, "Server Is Not Ready");
  }
  assert.equal(bed.server.open.connections, 0);
  bed.client.close();
});
