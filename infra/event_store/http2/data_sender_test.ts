import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { type Frame, frameFlag, frameType } from "./frame_reader.ts";
import { encodeHeaders } from "./header_encoder.ts";
import { request, uint32, type Wire, wire } from "../testing/wire.ts";

const trailers = encodeHeaders({ "grpc-status": "0" });
const kibibyte = 1024;

Deno.test("no more is sent than the client takes, of a stream and of all", async () => {
  const client = wire();
  setWindow(client, 10);
  client.open(1, { endStream: true });
  const [stream] = client.streams;
  assert.equal(stream!.write(Buffer.from("0123456789ab")), false);
  stream!.end(trailers);
  assert.equal(dataOf(await client.received()), "0123456789");
  client.send({ type: frameType.windowUpdate, streamId: 1, payload: uint32(1) });
  assert.equal(dataOf(await client.received()), "a");
  client.send({ type: frameType.windowUpdate, streamId: 1, payload: uint32(100) });
  const rest = await client.received();
  assert.equal(dataOf(rest), "b");
  assert.ok(rest.at(-1)!.flags & frameFlag.endStream);
  assert.equal(client.connection.openStreams, 0);
});

Deno.test("a window that the client makes smaller, below nothing even, holds back what follows", async () => {
  const client = wire();
  setWindow(client, 10);
  client.open(1, { endStream: true });
  const [stream] = client.streams;
  stream!.write(Buffer.from("01234567"));
  setWindow(client, 4);
  stream!.write(Buffer.from("89"));
  assert.equal(dataOf(await client.received()), "01234567");
  client.send({ type: frameType.windowUpdate, streamId: 1, payload: uint32(4) });
  assert.equal(dataOf(await client.received()), "");
  setWindow(client, 6);
  assert.equal(dataOf(await client.received()), "89");
});

Deno.test("data for which only new settings have room follows their acknowledgement", async () => {
  const client = wire();
  setWindow(client, 2);
  client.open(1, { endStream: true });
  client.streams[0]!.write(Buffer.from("0123"));
  await client.received();
  setWindow(client, 4);
  const frames = await client.received();
  assert.deepEqual(frames.map(({ type }) => type), [frameType.settings, frameType.data]);
  assert.equal(dataOf(frames), "23");
});

Deno.test("a client that goes by what was acknowledged never gets more than it granted", async () => {
  const step = fc.record({ window: fc.nat(300), grant: fc.nat(100), write: fc.nat(400) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const client = wire();
      setWindow(client, 100);
      client.open(1, { endStream: true });
      await client.received();
      const asked = [100];
      let room = 100;
      for (const { window, grant, write } of steps) {
        client.streams[0]!.write(new Uint8Array(write));
        asked.push(window);
        setWindow(client, window);
        if (grant > 0) {
          client.send({ type: frameType.windowUpdate, streamId: 1, payload: uint32(grant) });
          room += grant;
        }
        for (const { type, payload } of await client.received()) {
          if (type === frameType.settings) room += asked[1]! - asked.shift()!;
          if (type !== frameType.data) continue;
          assert.ok(payload.length <= room, `${payload.length} bytes came, ${room} were granted`);
          room -= payload.length;
        }
      }
    }),
  );
});

Deno.test("streams share what the connection takes", async () => {
  const client = wire();
  setWindow(client, 10_000_000);
  for (const id of [1, 3, 5]) client.open(id, { endStream: true });
  for (const stream of client.streams) stream.write(new Uint8Array(1_000 * kibibyte));
  const sent = new Map([[1, 0], [3, 0], [5, 0]]);
  for (let round = 0; round < 10; round++) {
    for (const { type, streamId, payload } of await client.received()) {
      if (type !== frameType.data) continue;
      sent.set(streamId, sent.get(streamId)! + payload.length);
    }
    client.send({ type: frameType.windowUpdate, payload: uint32(150 * kibibyte) });
  }
  for (const [id, bytes] of sent) assert.ok(bytes > 200 * kibibyte, `stream ${id}: ${bytes}`);
});

Deno.test("a socket that takes nothing holds writers back, and lets them go on again", async () => {
  const client = wire();
  setWindow(client, 100_000_000);
  client.send({ type: frameType.windowUpdate, payload: uint32(100_000_000) });
  client.open(1, { endStream: true });
  const [stream] = client.streams;
  let drains = 0;
  stream!.onDrain = () => drains++;
  client.clog();
  let written = 0;
  while (stream!.write(new Uint8Array(100_000))) written += 100_000;
  assert.ok(written < 1_000_000, `${written} bytes were taken`);
  const before = drains;
  await client.received();
  client.unclog();
  await client.received();
  assert.ok(drains > before);
  assert.ok(stream!.hasRoom);
});

Deno.test("a client that asks and does not listen is not heard either", async () => {
  const client = wire();
  await client.received();
  client.clog();
  for (let count = 0; count < 40; count++) {
    const pings = Array.from({ length: 10_000 }, () => ({
      type: frameType.ping,
      payload: new Uint8Array(8),
    }));
    client.send(...pings);
    await client.received();
  }
  assert.ok(client.paused);
  client.unclog();
  await client.received();
  assert.ok(!client.paused);
});

Deno.test("whatever is written arrives whole, however little is granted at a time", async () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 8 });
  const grants = fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(sizes, grants, async (sizes, grants) => {
      const client = wire();
      setWindow(client, 0);
      client.open(1, { endStream: true });
      const [stream] = client.streams;
      const all = Buffer.alloc(sizes.reduce((sum, size) => sum + size, 0));
      for (let at = 0; at < all.length; at++) all[at] = at % 251;
      stream!.respond(request, { endStream: false });
      let at = 0;
      for (const size of sizes) stream!.write(all.subarray(at, at += size));
      stream!.end(trailers);
      const received: Uint8Array[] = [];
      for (let round = 0; client.connection.openStreams > 0; round++) {
        const granted = uint32(grants[round % grants.length]! + round * 1_000);
        client.send({ type: frameType.windowUpdate, payload: granted });
        client.send({ type: frameType.windowUpdate, streamId: 1, payload: granted });
        for (const frame of await client.received()) {
          if (frame.type === frameType.data) received.push(frame.payload);
        }
      }
      assert.ok(Buffer.concat(received).equals(all));
    }),
    { numRuns: 50 },
  );
});

function setWindow(client: Wire, bytes: number): void {
  client.send({ type: frameType.settings, payload: [0, 4, ...uint32(bytes)] });
}

function dataOf(frames: readonly Frame[]): string {
  const parts = frames.filter(({ type }) => type === frameType.data).map(({ payload }) => payload);
  return Buffer.concat(parts).toString();
}
