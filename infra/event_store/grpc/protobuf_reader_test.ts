import assert from "node:assert/strict";
import shared from "@eventstore/db-client/generated/shared_pb.js";
import streams from "@eventstore/db-client/generated/streams_pb.js";
import fc from "fast-check";
import { GrpcError, grpcStatus } from "./grpc_status.ts";
import { ProtobufReader } from "./protobuf_reader.ts";

Deno.test("what the generated messages write is read", () => {
  const proposed = fc.record(
    { id: fc.uuid(), data: fc.uint8Array({ minLength: 1, maxLength: 300 }) },
    { noNullPrototype: true },
  );
  const request = fc.record({
    correlationId: fc.uuid(),
    stream: fc.string({ minLength: 1 }),
    revision: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    messages: fc.array(proposed),
    isFinal: fc.boolean(),
  });
  fc.assert(fc.property(request, (given) => {
    assert.deepEqual(read(generated(given).serializeBinary()), {
      correlationId: given.correlationId,
      stream: given.stream.toWellFormed(),
      revision: given.revision,
      messages: given.messages,
      isFinal: given.isFinal,
    });
  }));
});

Deno.test("a text keeps its byte order mark", () => {
  const reader = new ProtobufReader(Uint8Array.of(10, 4, 0xef, 0xbb, 0xbf, 65));
  assert.ok(reader.next());
  assert.equal(reader.string(), "\ufeffA");
});

Deno.test("signed numbers come with their sign", () => {
  for (const value of ["-1", "-9223372036854775808", "9223372036854775807"]) {
    const uuid = new shared.UUID.Structured();
    uuid.setLeastSignificantBits(value);
    const reader = new ProtobufReader(uuid.serializeBinary());
    assert.ok(reader.next());
    assert.equal(String(reader.int64()), value);
  }
});

Deno.test("numbers above 2^53 keep their order", () => {
  const position = new streams.AppendResp.Position();
  position.setCommitPosition("18446744073709551615");
  const reader = new ProtobufReader(position.serializeBinary());
  assert.ok(reader.next());
  assert.equal(reader.uint(), 2 ** 64);
});

Deno.test("junk is refused as an invalid argument, wherever it ends", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 50 }), (junk) => {
    try {
      const reader = new ProtobufReader(junk);
      while (reader.next()) reader.skip();
    } catch (error) {
      assert.ok(error instanceof GrpcError);
      assert.equal(error.code, grpcStatus.invalidArgument);
    }
  }));
});

Deno.test("a field of another type than it is read as is refused", () => {
  const reader = new ProtobufReader(Uint8Array.of(8, 1));
  assert.ok(reader.next());
  assert.throws(() => reader.bytes(), { code: grpcStatus.invalidArgument });
});

type Request = {
  readonly correlationId: string;
  readonly stream: string;
  readonly revision: bigint;
  readonly messages: readonly { readonly id: string; readonly data: Uint8Array }[];
  readonly isFinal: boolean;
};

function generated(given: Request): InstanceType<typeof streams.BatchAppendReq> {
  const request = new streams.BatchAppendReq();
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(new TextEncoder().encode(given.stream));
  const options = new streams.BatchAppendReq.Options();
  options.setStreamIdentifier(identifier);
  options.setStreamPosition(String(given.revision));
  request.setOptions(options);
  request.setCorrelationId(uuidOf(given.correlationId));
  for (const { id, data } of given.messages) {
    const message = new streams.BatchAppendReq.ProposedMessage();
    message.setId(uuidOf(id));
    message.setData(data);
    request.addProposedMessages(message);
  }
  request.setIsFinal(given.isFinal);
  return request;
}

function uuidOf(text: string): InstanceType<typeof shared.UUID> {
  const uuid = new shared.UUID();
  uuid.setString(text);
  return uuid;
}

function read(bytes: Uint8Array): Request {
  const request = { correlationId: "", stream: "", revision: 0n, isFinal: false };
  const messages: { id: string; data: Uint8Array }[] = [];
  const reader = new ProtobufReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) request.correlationId = readUuid(reader.message());
    else if (reader.field === 2) {
      const options = reader.message();
      while (options.next()) {
        if (options.field === 1) {
          const identifier = options.message();
          while (identifier.next()) request.stream = identifier.string();
        } else if (options.field === 2) request.revision = options.uint64();
        else options.skip();
      }
    } else if (reader.field === 3) {
      const message = { id: "", data: new Uint8Array(0) };
      const proposed = reader.message();
      while (proposed.next()) {
        if (proposed.field === 1) message.id = readUuid(proposed.message());
        else if (proposed.field === 4) message.data = Uint8Array.from(proposed.bytes());
        else proposed.skip();
      }
      messages.push(message);
    } else if (reader.field === 4) request.isFinal = reader.bool();
    else reader.skip();
  }
  return { ...request, messages };
}

function readUuid(reader: ProtobufReader): string {
  let text = "";
  while (reader.next()) text = reader.string();
  return text;
}
