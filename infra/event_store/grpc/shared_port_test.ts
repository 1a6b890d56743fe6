import { within } from "@headwater/testing";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import net from "node:net";
import { status } from "@grpc/grpc-js";
import { frame } from "./grpc_frame.ts";
import { grpcTestBed, until } from "../testing/grpc_test_bed.ts";
import { encodeHeaders } from "../http2/header_encoder.ts";

Deno.test("a connection that says nothing is closed", async () => {
  await using bed = await grpcTestBed({}, { silenceMs: 100 });
  const socket = net.connect(bed.server.port, "127.0.0.1").resume();
  await within("the connection to be closed", once(socket, "close"));
  await until(() => bed.server.open.connections === 0);
});

Deno.test("a connection that stops in the middle of HTTP/2's preface is closed", async () => {
  const keepAlive = { intervalMs: 100, timeoutMs: 100 };
  await using bed = await grpcTestBed({}, { silenceMs: 100, keepAlive });
  for (const beginning of ["P", "PR", "PRI * HTTP/2.0\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]) {
    const socket = net.connect(bed.server.port, "127.0.0.1").resume();
    socket.write(beginning);
    await within("the connection to be closed", once(socket, "close"));
  }
  await until(() => bed.server.open.connections === 0);
});

Deno.test("a connection that stops in the middle of an HTTP/1.1 request is closed", async () => {
  await using bed = await grpcTestBed({}, { silenceMs: 100 });
  const socket = net.connect(bed.server.port, "127.0.0.1").resume();
  socket.write("GET /ping HTTP/1.1\r\nHost: x\r\n");
  await within("the connection to be closed", once(socket, "close"));
  await until(() => bed.server.open.connections === 0);
});

Deno.test("a client that would use its HTTP/1.1 connection again is told that it is closed", async () => {
  await using bed = await grpcTestBed({});
  const socket = net.connect(bed.server.port, "127.0.0.1");
  let received = "";
  socket.on("data", (chunk) => received += chunk);
  socket.write("GET /ping HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n");
  await within("the answer to end", once(socket, "end"));
  assert.match(received, /^HTTP\/1\.1 200 /);
  assert.match(received, /\r\nconnection: close\r\n/i);
  socket.destroy();
});

Deno.test("a client that does not answer pings is given up", async () => {
  const keepAlive = { intervalMs: 50, timeoutMs: 50 };
  await using bed = await grpcTestBed({ wait: () => new Promise(() => {}) }, { keepAlive });
  const socket = net.connect(bed.server.port, "127.0.0.1").resume();
  socket.write(greeting);
  socket.write(http2Frame({ type: 1, flags: 4, streamId: 1, payload: requestHeaders("wait") }));
  await within("the connection to be closed", once(socket, "close"));
  await until(() => bed.server.open.connections === 0 && bed.server.open.calls === 0);
});

Deno.test("a client that is silent but answers pings stays", async () => {
  const keepAlive = { intervalMs: 20, timeoutMs: 1_000 };
  const { promise: openGate, resolve: open } = Promise.withResolvers<void>();
  await using bed = await grpcTestBed({
    async wait(call) {
      await openGate;
      call.write(frame(await call.first()));
    },
  }, { keepAlive });
  const answer = bed.unary("wait", Buffer.from("still here"));
  await until(() => bed.server.open.calls === 1);
  // Ten pings' worth of other people's time
  for (let round = 0; round < 10; round++) {
    await assert.rejects(bed.unary("unknown", Buffer.alloc(0)), { code: status.UNIMPLEMENTED });
    await new Promise((resolve) => setTimeout(resolve, keepAlive.intervalMs * 2));
  }
  open();
  assert.equal(String(await answer), "still here");
});

Deno.test("garbage harms nobody", async () => {
  await using bed = await grpcTestBed({
    echo: async (call) => void call.write(frame(await call.first())),
  });
  const junk = [
    Buffer.alloc(100_000),
    Buffer.from("GET / HTTP/9.9\r\n\r\n"),
    Buffer.from("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "latin1"),
    Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Buffer.alloc(1_000, 255)]),
    Buffer.concat([greeting, Buffer.alloc(1_000, 7)]),
    Buffer.concat([
      greeting,
      Buffer.from("complete nonsense, and long enough to look like frames"),
    ]),
  ];
  for (const bytes of junk) {
    const socket = net.connect(bed.server.port, "127.0.0.1").resume();
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    socket.on("error", () => {}).once("close", () => close());
    socket.write(bytes);
    await within("the connection to be closed", closed);
  }
  assert.equal(String(await bed.unary("echo", Buffer.from("hello"))), "hello");
  await until(() => bed.server.open.connections === 1);
});

Deno.test("a preface that comes byte by byte is understood", async () => {
  await using bed = await grpcTestBed({
    echo: async (call) => void call.write(frame(await call.first())),
  });
  const socket = net.connect(bed.server.port, "127.0.0.1");
  const message = frame(Buffer.from("hello"));
  const bytes = Buffer.concat([
    greeting,
    http2Frame({ type: 1, flags: 4, streamId: 1, payload: requestHeaders("echo") }),
    http2Frame({ type: 0, flags: 1, streamId: 1, payload: message }),
  ]);
  let received = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => received = Buffer.concat([received, chunk]));
  for (const byte of bytes) {
    const written = new Promise((resolve) => socket.write(Uint8Array.of(byte), resolve));
    await within("a byte to be written", written);
  }
  await until(() => received.includes("grpc-status"));
  assert.ok(received.includes(message));
  socket.destroy();
  await until(() => bed.server.open.connections === 0);
});

const greeting = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  http2Frame({ type: 4, flags: 0, streamId: 0, payload: new Uint8Array(0) }),
]);

function requestHeaders(name: string): Uint8Array {
  return encodeHeaders({
    ":method": "POST",
    ":scheme": "http",
    ":path": `/test.Test/${name}`,
    "content-type": "application/grpc",
  });
}

function http2Frame({ type, flags, streamId, payload }: {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Uint8Array;
}): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, payload]);
}
