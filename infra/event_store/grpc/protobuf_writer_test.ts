import assert from "node:assert/strict";
import streams from "@eventstore/db-client/generated/streams_pb.js";
import shared from "@eventstore/db-client/generated/shared_pb.js";
import fc from "fast-check";
import { createDeframer } from "./grpc_frame.ts";
import { ProtobufWriter } from "./protobuf_writer.ts";

type RecordedEvent = {
  readonly id: string;
  readonly stream: string;
  readonly revision: bigint;
  readonly position: bigint;
  readonly metadata: readonly (readonly [string, string])[];
  readonly data: Uint8Array;
};

const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const recordedEvent: fc.Arbitrary<RecordedEvent> = fc.record({
  id: fc.uuid(),
  stream: fc.string({ unit: "binary", maxLength: 200 }),
  revision: uint64,
  position: uint64,
  metadata: fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.string({ minLength: 1 })), {
    selector: ([key]) => key,
    maxLength: 3,
  }),
  data: fc.uint8Array({ minLength: 1, maxLength: 20_000, size: "max" }),
});

Deno.test("what is written is what the generated messages read", () => {
  fc.assert(fc.property(recordedEvent, (event) => {
    const writer = new ProtobufWriter(16);
    write(writer, event);
    const [message] = createDeframer(2 ** 24).push(writer.take());
    const read = streams.ReadResp.deserializeBinary(message!).getEvent()!.getEvent()!;
    const { id, stream, revision, position, metadata, data } = event;
    assert.deepEqual(
      {
        id: read.getId()!.getString(),
        stream: new TextDecoder().decode(read.getStreamIdentifier()!.getStreamName_asU8()),
        revision: BigInt(read.getStreamRevision()),
        position: BigInt(read.getCommitPosition()),
        metadata: new Map(read.getMetadataMap().toArray() as [string, string][]),
        data: read.getData_asU8(),
      },
      { id, stream: stream.toWellFormed(), revision, position, metadata: new Map(metadata), data },
    );
  }));
});

Deno.test("lengths are as short as they can be", () => {
  for (const length of [1, 100, 127, 128, 16_000, 16_383, 16_384, 3_000_000]) {
    const data = new Uint8Array(length).fill(7);
    const writer = new ProtobufWriter();
    const outer = writer.beginNested(2);
    writer.bytes(1, data);
    writer.endNested(outer);
    const identifier = new shared.StreamIdentifier();
    identifier.setStreamName(data);
    const options = new streams.ReadReq.Options.StreamOptions();
    const message = new streams.ReadReq.Options.StreamOptions();
    message.setStreamIdentifier(identifier);
    assert.equal(
      writer.take().length,
      message.serializeBinary().length + options.serializeBinary().length,
    );
  }
});

Deno.test("numbers of 64 bits are written exactly, negative ones too", () => {
  const cases = [0, 1, 127, 128, 2 ** 31, 2 ** 32 + 1, 2 ** 53, 2n ** 64n - 1n, 2n ** 63n];
  for (const value of cases) {
    const writer = new ProtobufWriter();
    writer.uint(1, value);
    const position = streams.AppendResp.Position.deserializeBinary(writer.take());
    assert.equal(position.getCommitPosition(), String(value));
  }
  for (const value of [-1, -2, -(2 ** 53), -(2n ** 63n), 2n ** 63n - 1n]) {
    const writer = new ProtobufWriter();
    writer.int(1, value);
    const uuid = shared.UUID.Structured.deserializeBinary(writer.take());
    assert.equal(uuid.getMostSignificantBits(), String(value));
  }
});

Deno.test("messages written one after the other are as many frames", () => {
  const writer = new ProtobufWriter();
  const event = fc.sample(recordedEvent, { numRuns: 1, seed: 1 })[0]!;
  for (let count = 0; count < 100; count++) write(writer, event);
  const first = writer.take();
  write(writer, event);
  const second = writer.take();
  const deframer = createDeframer(2 ** 24);
  const messages = [...deframer.push(first), ...deframer.push(second)];
  assert.equal(messages.length, 101);
  for (const message of messages) assert.deepEqual(message, messages[0]);
  assert.ok(deframer.empty);
});

function write(writer: ProtobufWriter, event: RecordedEvent): void {
  writer.beginFrame();
  const readEvent = writer.beginNested(1);
  const recorded = writer.beginNested(1);
  const id = writer.beginNested(1);
  writer.string(2, event.id);
  writer.endNested(id);
  const stream = writer.beginNested(2);
  writer.string(3, event.stream);
  writer.endNested(stream);
  writer.uint(3, event.revision);
  writer.uint(5, event.position);
  for (const [key, value] of event.metadata) {
    const entry = writer.beginNested(6);
    writer.string(1, key);
    writer.string(2, value);
    writer.endNested(entry);
  }
  writer.bytes(8, event.data);
  writer.endNested(recorded);
  writer.endNested(readEvent);
  writer.endFrame();
}
