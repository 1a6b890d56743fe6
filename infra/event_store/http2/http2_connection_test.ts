import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { type Frame, frameType, readUint31 } from "./frame_reader.ts";
import { encodeHeaders } from "./header_encoder.ts";
import { http2ErrorCode } from "./http2_error.ts";
import type { Http2Stream } from "./http2_stream.ts";
import { readSettings, setting } from "./settings.ts";
import { bytesOf, type FrameParts, request, uint32, wire } from "../testing/wire.ts";

const { data, headers, priority, rstStream, settings, pushPromise, ping, goaway } = frameType;
const { windowUpdate, continuation } = frameType;

Deno.test("a ping comes back as it was", async () => {
  const client = wire();
  await client.received();
  client.send({ type: ping, payload: [1, 2, 3, 4, 5, 6, 7, 8] });
  const [pong] = await client.received();
  assert.deepEqual([pong!.type, pong!.flags, ...pong!.payload], [ping, 1, 1, 2, 3, 4, 5, 6, 7, 8]);
});

Deno.test("settings are acknowledged, and frames of other kinds are passed over", async () => {
  const client = wire();
  const greeting = await client.received();
  assert.deepEqual(greeting.map(({ type, flags }) => [type, flags]), [
    [settings, 0],
    [windowUpdate, 0],
    [settings, 1],
  ]);
  const limits = readSettings(greeting[0]!);
  assert.equal(limits.get(setting.maxConcurrentStreams), 10_000);
  assert.equal(limits.get(setting.maxHeaderListSize), 64 * 1024);
  client.send({ type: 99, payload: [1] }, {
    type: priority,
    streamId: 1,
    payload: [0, 0, 0, 0, 1],
  });
  client.send({ type: goaway, payload: [0, 0, 0, 0, 0, 0, 0, 0] });
  assert.deepEqual(await client.received(), []);
  assert.deepEqual(client.errors, []);
});

Deno.test("headers come in several frames, with padding and priority", () => {
  const client = wire();
  const half = Math.floor(request.length / 2);
  const first = Buffer.concat([
    Uint8Array.of(3, 0, 0, 0, 0, 16),
    request.subarray(0, half),
    Buffer.alloc(3),
  ]);
  client.send({ type: headers, flags: 0x28 | 1, streamId: 1, payload: first });
  assert.equal(client.streams.length, 0);
  client.send({ type: continuation, streamId: 1 });
  client.send({ type: continuation, flags: 4, streamId: 1, payload: request.subarray(half) });
  assert.equal(client.streams[0]!.headers[":path"], "/test.Test/rpc");
  assert.ok(client.streams[0]!.clientEnded);
});

Deno.test("data is taken without its padding, all of one chunk at once", () => {
  const taken: string[][] = [];
  const client = wire({ onStream: (stream) => read(stream, taken) });
  client.open(1);
  client.send(
    { type: data, streamId: 1, payload: Buffer.from("ab") },
    { type: data, flags: 8, streamId: 1, payload: Buffer.from("\x02cd__") },
    { type: data, flags: 1, streamId: 1 },
  );
  assert.deepEqual(taken, [["ab", "cd", ""], ["end"]]);
});

Deno.test("trailers of a request end it", () => {
  const taken: string[][] = [];
  const client = wire({ onStream: (stream) => read(stream, taken) });
  client.open(1);
  client.send({ type: headers, flags: 5, streamId: 1, payload: encodeHeaders({ "x-end": "1" }) });
  assert.deepEqual(taken, [["end"]]);
});

Deno.test("a stream that the client resets is over, and what still comes for it is passed over", async () => {
  let closed = 0;
  const client = wire({ onStream: (stream) => stream.onClose = () => closed++ });
  client.open(1);
  client.send({ type: rstStream, streamId: 1, payload: uint32(http2ErrorCode.cancel) });
  assert.equal(closed, 1);
  await client.received();
  client.send({ type: data, streamId: 1, payload: [1] });
  client.send({ type: windowUpdate, streamId: 1, payload: uint32(1) });
  client.send({ type: rstStream, streamId: 1, payload: uint32(0) });
  client.streams[0]!.respond(request, { endStream: false });
  assert.equal(client.streams[0]!.write(Buffer.from("late")), false);
  assert.deepEqual(await client.received(), []);
  assert.equal(client.connection.openStreams, 0);
});

Deno.test("a client may reset a stream that it never opened, and open others", () => {
  const client = wire();
  client.open(1);
  client.send({ type: rstStream, streamId: 5, payload: uint32(http2ErrorCode.cancel) });
  client.open(3);
  client.open(7);
  assert.deepEqual(client.streams.map(({ id }) => id), [1, 3, 7]);
  assert.deepEqual(client.errors, []);
});

Deno.test("an answer that is over before its request tells the client to stop", async () => {
  const client = wire({ onStream: (stream) => stream.respond(request, { endStream: true }) });
  await client.received();
  client.open(1);
  const frames = await client.received();
  assert.deepEqual(frames.map(({ type }) => type), [headers, rstStream]);
  assert.equal(readUint31(frames[1]!.payload, 0), http2ErrorCode.noError);
  client.open(3, { endStream: true });
  assert.deepEqual((await client.received()).map(({ type }) => type), [headers]);
});

Deno.test("what breaks the protocol ends the connection, with the reason", async () => {
  const open: FrameParts = { type: headers, flags: 4, streamId: 1, payload: request };
  const cases: readonly (readonly [keyof typeof http2ErrorCode, ...FrameParts[]])[] = [
    ["protocolError", { ...open, streamId: 2 }],
    ["protocolError", { ...open, streamId: 0 }],
    ["protocolError", open, open],
    ["protocolError", { type: data, streamId: 1, payload: [1] }],
    ["protocolError", { type: data, streamId: 0, payload: [1] }],
    ["protocolError", open, { type: data, flags: 8, streamId: 1, payload: [9, 1] }],
    ["protocolError", { type: rstStream, streamId: 0, payload: uint32(0) }],
    ["frameSizeError", open, { type: rstStream, streamId: 1, payload: [0] }],
    ["protocolError", { type: continuation, flags: 4, streamId: 1 }],
    ["protocolError", { ...open, flags: 0 }, { type: ping, payload: new Uint8Array(8) }],
    ["protocolError", { ...open, flags: 0 }, { type: continuation, streamId: 3 }],
    ["protocolError", { type: pushPromise, streamId: 1 }],
    ["frameSizeError", { type: ping, payload: [1] }],
    ["frameSizeError", { type: settings, payload: [1] }],
    ["frameSizeError", { type: settings, flags: 1, payload: new Uint8Array(6) }],
    ["protocolError", { type: settings, streamId: 1 }],
    ["protocolError", { type: settings, payload: [0, 2, 0, 0, 0, 2] }],
    ["protocolError", { type: settings, payload: [0, 5, 0, 0, 63, 255] }],
    ["protocolError", { type: settings, payload: [0, 5, 1, 0, 0, 0] }],
    ["protocolError", { type: ping, streamId: 1, payload: new Uint8Array(8) }],
    ["protocolError", { type: goaway, streamId: 1, payload: new Uint8Array(8) }],
    ["protocolError", { type: priority, payload: new Uint8Array(5) }],
    ["frameSizeError", { type: priority, streamId: 1, payload: new Uint8Array(4) }],
    ["frameSizeError", { ...open, flags: 0x24, payload: [0, 0] }],
    ["protocolError", { ...open, flags: 5, streamId: 0 }],
    ["compressionError", { ...open, payload: [...request, 0x20] }],
    ["flowControlError", { type: settings, payload: [0, 4, 255, 255, 255, 255] }],
    ["protocolError", { type: windowUpdate, payload: uint32(0) }],
    ["flowControlError", { type: windowUpdate, payload: uint32(2 ** 31 - 1) }],
    ["flowControlError", open, { type: windowUpdate, streamId: 1, payload: uint32(2 ** 31 - 1) }],
    ["frameSizeError", { type: data, streamId: 1, payload: new Uint8Array(16_385) }],
    ["compressionError", { ...open, payload: [0xff, 0xff, 0xff, 0xff, 0xff, 0xff] }],
  ];
  for (const [code, ...frames] of cases) {
    const client = wire();
    client.send(...frames);
    const last = (await client.received()).at(-1)!;
    const what = JSON.stringify(frames.map(({ type }) => type));
    assert.equal(last.type, goaway, what);
    assert.equal(readUint31(last.payload, 4), http2ErrorCode[code], what);
    assert.ok(client.closed);
    assert.equal(client.connection.openStreams, 0);
    assert.equal(client.errors.length, 1);
  }
});

Deno.test("headers without end are refused", async () => {
  for (const size of [0, 16_000]) {
    const client = wire();
    client.send({ type: headers, streamId: 1, payload: request });
    for (let count = 0; count < 100 && !client.closed; count++) {
      client.send({ type: continuation, streamId: 1, payload: new Uint8Array(size) });
    }
    const last = (await client.received()).at(-1)!;
    assert.equal(readUint31(last.payload, 4), http2ErrorCode.enhanceYourCalm);
  }
});

Deno.test("what breaks the rules of a stream ends that stream, with the reason", async () => {
  const open: FrameParts = { type: headers, flags: 4, streamId: 1, payload: request };
  const closed: FrameParts = { ...open, flags: 5 };
  const bare = encodeHeaders({ ":method": "POST", ":scheme": "http" });
  const cases: readonly (readonly [keyof typeof http2ErrorCode, ...FrameParts[]])[] = [
    ["protocolError", { ...closed, payload: bare }],
    ["protocolError", open, closed],
    ["streamClosed", closed, closed],
    ["streamClosed", closed, { type: data, streamId: 1, payload: [1] }],
  ];
  for (const [code, ...frames] of cases) {
    const client = wire();
    client.send(...frames, { type: ping, payload: new Uint8Array(8) });
    const [reset, pong] = (await client.received()).filter((frame) =>
      frame.type === rstStream || frame.type === ping
    );
    assert.equal(readUint31(reset!.payload, 0), http2ErrorCode[code]);
    assert.equal(pong!.type, ping);
    assert.equal(client.connection.openStreams, 0);
    assert.deepEqual(client.errors, []);
  }
});

Deno.test("what a client takes of headers is known to its streams", () => {
  const client = wire();
  client.open(1);
  assert.equal(client.streams[0]!.headerListBytes, 64 * 1024);
  client.send({ type: settings, payload: [0, setting.maxHeaderListSize, 0, 0, 32, 0] });
  client.open(3);
  assert.deepEqual(client.streams.map((stream) => stream.headerListBytes), [8_192, 8_192]);
});

Deno.test("hanging up sends no GOAWAY", async () => {
  const client = wire();
  client.open(1);
  await client.received();
  client.connection.close();
  assert.deepEqual(await client.received(), []);
  assert.ok(client.closed);
  assert.equal(client.connection.openStreams, 0);
});

Deno.test("streams over the limit are refused, the others go on", async () => {
  const client = wire();
  for (let id = 1; id <= 20_001; id += 2) client.open(id);
  const refused = (await client.received()).filter(({ type }) => type === rstStream);
  assert.deepEqual(refused.map(({ streamId }) => streamId), [20_001]);
  assert.equal(client.connection.openStreams, 10_000);
});

Deno.test("no junk gets through, and none throws", () => {
  const frame = fc.record({
    type: fc.integer({ min: 0, max: 10 }),
    flags: fc.integer({ min: 0, max: 255 }),
    streamId: fc.integer({ min: 0, max: 5 }),
    payload: fc.uint8Array({ maxLength: 40 }),
  });
  fc.assert(
    fc.property(fc.array(frame), fc.uint8Array({ maxLength: 100 }), (frames, junk) => {
      const client = wire({ onStream: (stream) => read(stream, []) });
      client.open(1);
      for (const each of frames) client.sendBytes(bytesOf(each));
      client.sendBytes(junk);
      if (client.errors.length > 0) assert.equal(client.connection.openStreams, 0);
    }),
    { numRuns: 500 },
  );
});

Deno.test("frames are understood however they are cut", async () => {
  const bytes = Buffer.concat([
    bytesOf({ type: headers, flags: 4, streamId: 1, payload: request }),
    bytesOf({ type: data, flags: 1, streamId: 1, payload: Buffer.from("hello") }),
    bytesOf({ type: ping, payload: new Uint8Array(8) }),
  ]);
  for (const size of [1, 2, 7, 9, 10, 1_000]) {
    const taken: string[][] = [];
    const client = wire({ onStream: (stream) => read(stream, taken) });
    for (let at = 0; at < bytes.length; at += size) client.sendBytes(bytes.subarray(at, at + size));
    assert.equal(taken.flat().join(""), "helloend");
    const kinds = (await client.received()).map((frame: Frame) => frame.type);
    assert.deepEqual(kinds, [settings, windowUpdate, settings, ping]);
  }
});

function read(stream: Http2Stream, taken: string[][]): void {
  stream.read({
    take: (chunks) => taken.push(chunks.map((chunk) => Buffer.from(chunk).toString())),
    end: () => taken.push(["end"]),
  });
}
