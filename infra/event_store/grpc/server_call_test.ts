import { within } from "@headwater/testing";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { type ServiceError, status } from "@grpc/grpc-js";
import type { Rpc } from "./grpc_call.ts";
import { frame } from "./grpc_frame.ts";
import { GrpcError } from "./grpc_status.ts";
import {
  errorOf,
  grpcTestBed,
  numbered,
  same,
  until,
  untilOver,
} from "../testing/grpc_test_bed.ts";

Deno.test("a long answer arrives whole and in order", async () => {
  const total = 50_000;
  const count: Rpc = async (call) => {
    await call.first();
    for (let next = 0; next < total;) {
      const frames: Uint8Array[] = [];
      for (; frames.length < 512 && next < total; next++) frames.push(frame(numbered(next)));
      if (!call.write(Buffer.concat(frames))) await call.drained();
    }
  };
  await using bed = await grpcTestBed({ count });
  let expected = 0;
  for await (const message of bed.serverStream("count")) {
    assert.equal(message.readUInt32BE(0), expected++);
  }
  assert.equal(expected, total);
});

Deno.test("requests are read one by one, and all before the answer", async () => {
  const sum: Rpc = async (call) => {
    let total = 0;
    for await (const message of call.requests()) total += Buffer.from(message).readUInt32BE(0);
    call.write(frame(numbered(total)));
  };
  await using bed = await grpcTestBed({ sum });
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const call = bed.client.makeClientStreamRequest(
    "/test.Test/sum",
    same,
    same,
    (error: ServiceError | null, answer?: Buffer) => error ? reject(error) : resolve(answer!),
  );
  for (let number = 0; number < 5_000; number++) call.write(numbered(number));
  call.end();
  assert.equal((await promise).readUInt32BE(0), 5_000 * 4_999 / 2);
});

Deno.test("requests that nobody takes stay with the client", async () => {
  let taken = 0;
  const { promise: openGate, resolve: open } = Promise.withResolvers<void>();
  const slow: Rpc = async (call) => {
    await call.receive((messages) => {
      taken += messages.length;
      return openGate;
    });
    call.write(frame(numbered(taken)));
  };
  await using bed = await grpcTestBed({ slow });
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const call = bed.client.makeClientStreamRequest(
    "/test.Test/slow",
    same,
    same,
    (error: ServiceError | null, answer?: Buffer) => error ? reject(error) : resolve(answer!),
  );
  let sent = 0;
  for (let count = 0; count < 100; count++) call.write(Buffer.alloc(100_000), () => sent++);
  call.end();
  let before = -1;
  await until(() => {
    const stood = sent === before && taken > 0;
    before = sent;
    return stood;
  }, 200);
  assert.ok(sent < 30, `${sent} of 100 messages were sent`);
  open();
  assert.equal((await promise).readUInt32BE(0), 100);
});

Deno.test("both sides of a call talk at once", async () => {
  const echo: Rpc = (call) =>
    call.receive((messages) => {
      for (const message of messages) call.write(frame(message));
    });
  await using bed = await grpcTestBed({ echo });
  const call = bed.client.makeBidiStreamRequest("/test.Test/echo", same, same);
  const answers: number[] = [];
  call.on("data", (message: Buffer) => {
    answers.push(message.readUInt32BE(0));
    if (answers.length < 1_000) call.write(numbered(answers.length));
    else call.end();
  });
  call.write(numbered(0));
  await within("the answers to end", once(call, "end"));
  assert.deepEqual(answers, Array.from({ length: 1_000 }, (_, index) => index));
});

Deno.test("an error reaches the client with its trailers, which are ASCII", async () => {
  const fail: Rpc = async (call) => {
    await call.first();
    const trailers = { exception: "stream-deleted", "stream-name": "zamówienie-1 100%" };
    throw new GrpcError({ code: status.FAILED_PRECONDITION, message: "„Nie” 100%\n", trailers });
  };
  const failLate: Rpc = async (call) => {
    call.write(frame(await call.first()));
    await fail({ ...call, first: () => Promise.resolve(new Uint8Array(0)) });
  };
  await using bed = await grpcTestBed({ fail, failLate });
  for (const name of ["fail", "failLate"]) {
    const error = await errorOf(bed.serverStream(name));
    assert.equal(error.code, status.FAILED_PRECONDITION);
    assert.equal(error.details, "„Nie” 100%\n");
    assert.deepEqual(error.metadata.get("exception"), ["stream-deleted"]);
    assert.deepEqual(error.metadata.get("stream-name"), ["zam%C3%B3wienie-1 100%"]);
  }
});

Deno.test("a call ends at its deadline, for the client and for the rpc", async () => {
  const reasons: unknown[] = [];
  await using bed = await grpcTestBed({ wait: (call) => untilOver(call, reasons) });
  const call = bed.client.makeServerStreamRequest(
    "/test.Test/wait",
    same,
    same,
    Buffer.alloc(0),
    {
      deadline: Date.now() + 100,
    },
  );
  const error = await errorOf(call);
  assert.equal(error.code, status.DEADLINE_EXCEEDED);
  await until(() => bed.server.open.calls === 0 && reasons.length === 1);
});

Deno.test("a deadline later than timers reach does not end a call", async () => {
  await using bed = await grpcTestBed({
    talk: async (call) => {
      call.write(frame(Buffer.from("still here")));
      await untilOver(call, []);
    },
  });
  const deadline = Date.now() + 100 * 365 * 86_400_000;
  const call = bed.client.makeServerStreamRequest(
    "/test.Test/talk",
    same,
    same,
    Buffer.alloc(0),
    { deadline },
  );
  call.on("error", () => {});
  assert.equal(String((await within("an answer", once(call, "data")))[0]), "still here");
  assert.equal(bed.server.open.calls, 1);
  call.cancel();
  await until(() => bed.server.open.calls === 0);
});

Deno.test("a client that cancels ends the rpc", async () => {
  const reasons: unknown[] = [];
  await using bed = await grpcTestBed({ wait: (call) => untilOver(call, reasons) });
  const call = bed.serverStream("wait");
  await until(() => bed.server.open.calls === 1);
  call.cancel();
  assert.equal((await errorOf(call)).code, status.CANCELLED);
  await until(() => reasons.length === 1);
  assert.equal((reasons[0] as GrpcError).code, status.CANCELLED);
  assert.equal(bed.server.open.calls, 0);
});
