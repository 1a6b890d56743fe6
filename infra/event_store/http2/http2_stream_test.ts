import assert from "node:assert/strict";
import { frameType, readUint31 } from "./frame_reader.ts";
import { http2ErrorCode } from "./http2_error.ts";
import { streamWindow } from "./http2_stream.ts";
import { type Wire, wire } from "../testing/wire.ts";

Deno.test("what is taken is granted again, many bytes at a time", async () => {
  const client = wire({ onStream: (stream) => stream.read({ take() {}, end() {} }) });
  client.open(1);
  await client.received();
  sendData(client, 16_384 * 20);
  assert.deepEqual(await client.received(), []);
  sendData(client, 16_384 * 20);
  const [update, ...others] = await client.received();
  assert.deepEqual(others, []);
  assert.equal(update!.type, frameType.windowUpdate);
  assert.equal(update!.streamId, 1);
  assert.equal(readUint31(update!.payload, 0), 16_384 * 32);
});

Deno.test("what nobody takes is not granted again, and sending more ends the connection", async () => {
  const client = wire();
  client.open(1);
  await client.received();
  sendData(client, streamWindow);
  assert.deepEqual(await client.received(), []);
  sendData(client, 1);
  const last = (await client.received()).at(-1)!;
  assert.equal(last.type, frameType.goaway);
  assert.equal(readUint31(last.payload, 4), http2ErrorCode.flowControlError);
});

Deno.test("a reader that pauses gets the rest when it goes on, and the end last", () => {
  const taken: (number | string)[] = [];
  const client = wire({
    onStream: (stream) =>
      stream.read({
        take(chunks) {
          taken.push(chunks.length);
          stream.pause();
        },
        end: () => taken.push("end"),
      }),
  });
  client.open(1);
  const frame = { type: frameType.data, streamId: 1, payload: [1] };
  client.send(frame, frame);
  client.send(frame);
  client.send({ ...frame, flags: 1 });
  assert.deepEqual(taken, [2]);
  client.streams[0]!.resume();
  assert.deepEqual(taken, [2, 2]);
  client.streams[0]!.resume();
  assert.deepEqual(taken, [2, 2, "end"]);
});

Deno.test("what came for streams that nobody read is granted to the connection when they are over", async () => {
  const client = wire();
  let granted = 0;
  for (let id = 1; id < 300; id += 2) {
    client.open(id);
    sendData(client, 500_000, { streamId: id });
    client.send({ type: frameType.rstStream, streamId: id, payload: [0, 0, 0, 8] });
    for (const frame of await client.received()) {
      if (frame.type !== frameType.windowUpdate) continue;
      assert.equal(frame.streamId, 0);
      granted += readUint31(frame.payload, 0);
    }
  }
  assert.deepEqual(client.errors, []);
  assert.ok(granted > 64 * 1024 * 1024);
});

function sendData(client: Wire, bytes: number, { streamId = 1 } = {}): void {
  for (let left = bytes; left > 0; left -= 16_384) {
    const payload = new Uint8Array(Math.min(left, 16_384));
    client.send({ type: frameType.data, streamId, payload });
  }
}
