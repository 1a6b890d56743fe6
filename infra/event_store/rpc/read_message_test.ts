import assert from "node:assert/strict";
import persistent from "@eventstore/db-client/generated/persistent_pb.js";
import shared from "@eventstore/db-client/generated/shared_pb.js";
import { jsonMark, type StoredEvent } from "../log/stored_event.ts";
import { GrpcError, grpcStatus } from "../grpc/grpc_status.ts";
import { ProtobufWriter } from "../grpc/protobuf_writer.ts";
import { writeConfirmation } from "./read_response.ts";
import { readRequest, writeMessage } from "./read_message.ts";

const id = "0d8a2c2e-7f5b-4b0a-9c53-2f1f6f6f0a01";

Deno.test("A request to connect is read, with names in any script", () => {
  const options = new persistent.ReadReq.Options();
  const uuidOption = new persistent.ReadReq.Options.UUIDOption().setString(new shared.Empty());
  const name = new TextEncoder().encode("zamówienie-1");
  options.setStreamIdentifier(new shared.StreamIdentifier().setStreamName(name));
  options.setGroupName("księgowość").setBufferSize(7).setUuidOption(uuidOption);
  assert.deepEqual(readRequest(new persistent.ReadReq().setOptions(options).serializeBinary()), {
    kind: "connect",
    name: { stream: "zamówienie-1", group: "księgowość" },
    bufferSize: 7,
    uuidForm: "string",
  });
  options.setUuidOption(new persistent.ReadReq.Options.UUIDOption());
  options.setAll(new shared.Empty());
  assert.deepEqual(readRequest(new persistent.ReadReq().setOptions(options).serializeBinary()), {
    kind: "connect",
    name: { stream: "$all", group: "księgowość" },
    bufferSize: 7,
    uuidForm: "structured",
  });
});

Deno.test("Answers are read with ids in either form", () => {
  const text = new shared.UUID().setString(id.toUpperCase());
  const structured = new shared.UUID().setStructured(
    new shared.UUID.Structured()
      .setMostSignificantBits(String(BigInt.asIntN(64, 0x0d8a2c2e7f5b4b0an)))
      .setLeastSignificantBits(String(BigInt.asIntN(64, 0x9c532f1f6f6f0a01n))),
  );
  const ack = new persistent.ReadReq.Ack().setIdsList([text, structured]);
  assert.deepEqual(readRequest(new persistent.ReadReq().setAck(ack).serializeBinary()), {
    kind: "ack",
    ids: [id, id],
  });
  const nack = new persistent.ReadReq.Nack().setIdsList([text]).setReason("no");
  const { PARK, UNKNOWN, RETRY, SKIP, STOP } = persistent.ReadReq.Nack.Action;
  const actions = { park: PARK, unknown: UNKNOWN, retry: RETRY, skip: SKIP, stop: STOP };
  for (const [action, number] of Object.entries(actions)) {
    const request = new persistent.ReadReq().setNack(nack.setAction(number));
    const expected = { kind: "nack", ids: [id], action, reason: "no" };
    assert.deepEqual(readRequest(request.serializeBinary()), expected);
  }
});

Deno.test("What is no request is refused", () => {
  const noBuffer = new persistent.ReadReq.Options().setAll(new shared.Empty());
  const noForm = new persistent.ReadReq.Options().setAll(new shared.Empty()).setBufferSize(1);
  const noUuid = new persistent.ReadReq.Ack().setIdsList([new shared.UUID().setString("x")]);
  const junk = [
    new Uint8Array(0),
    new Uint8Array([0xff, 0xff]),
    new persistent.ReadReq().setOptions(new persistent.ReadReq.Options()).serializeBinary(),
    new persistent.ReadReq().setOptions(noBuffer).serializeBinary(),
    new persistent.ReadReq().setOptions(noForm).serializeBinary(),
    new persistent.ReadReq().setAck(noUuid).serializeBinary(),
  ];
  for (const bytes of junk) {
    assert.throws(
      () => readRequest(bytes),
      (error) => error instanceof GrpcError && error.code === grpcStatus.invalidArgument,
    );
  }
});

Deno.test("An event and its link are written with the link's position and the number of retries", () => {
  const event = eventAt({ position: 3, stream: "order-1" });
  const link = eventAt({ position: 9, stream: "links" });
  const writer = new ProtobufWriter();
  const message = { id, place: 4, resolved: { event, link } };
  writeMessage(writer, { message, retries: 2, uuidForm: "string" });
  const written = persistent.ReadResp.deserializeBinary(writer.take().subarray(5)).getEvent()!;
  assert.equal(written.getEvent()!.getCommitPosition(), "9");
  assert.equal(written.getLink()!.getPreparePosition(), "9");
  assert.equal(written.getEvent()!.getStreamRevision(), "4");
  assert.equal(written.getCommitPosition(), "9");
  assert.equal(written.getRetryCount(), 2);
  assert.ok(written.hasRetryCount());
  writeMessage(writer, { message, retries: 0, uuidForm: "string" });
  const first = persistent.ReadResp.deserializeBinary(writer.take().subarray(5)).getEvent()!;
  assert.ok(first.hasRetryCount(), "none is a number as well");
});

Deno.test("A confirmation names the subscription", () => {
  const writer = new ProtobufWriter();
  writeConfirmation(writer, "order-1::księgowość");
  const written = persistent.ReadResp.deserializeBinary(writer.take().subarray(5));
  const confirmation = written.getSubscriptionConfirmation()!;
  assert.equal(confirmation.getSubscriptionId(), "order-1::księgowość");
});

function eventAt(place: { readonly position: number; readonly stream: string }): StoredEvent {
  const content = { data: "{}", metadata: "", json: jsonMark.claimed };
  return { ...place, ...content, revision: 4, id, type: "Happened", recordedAt: 0 };
}
