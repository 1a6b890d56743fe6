import { Buffer } from "node:buffer";
import { deepEqual, equal, throws } from "node:assert/strict";
import shared from "@eventstore/db-client/generated/shared_pb.js";
import streams from "@eventstore/db-client/generated/streams_pb.js";
import fc from "fast-check";
import { readAnswer } from "./read_answer.ts";

const { ReadResp } = streams;

type Given = {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  readonly system: Readonly<Record<string, string>>;
  readonly metadata: Uint8Array;
  readonly data: Uint8Array;
};

/** As generated code writes it. */
function recorded(given: Given): streams.ReadResp.ReadEvent.RecordedEvent {
  const event = new ReadResp.ReadEvent.RecordedEvent();
  const id = new shared.UUID();
  id.setString(given.id);
  event.setId(id);
  const stream = new shared.StreamIdentifier();
  stream.setStreamName(new TextEncoder().encode(given.stream));
  event.setStreamIdentifier(stream);
  event.setStreamRevision(String(given.revision));
  event.setPreparePosition(String(given.position));
  event.setCommitPosition(String(given.position));
  for (const [name, value] of Object.entries(given.system)) event.getMetadataMap().set(name, value);
  event.setCustomMetadata(given.metadata);
  event.setData(given.data);
  return event;
}

function answerWith(read: streams.ReadResp.ReadEvent): Uint8Array {
  const answer = new ReadResp();
  answer.setEvent(read);
  return answer.serializeBinary();
}

const place = fc.oneof(fc.nat(300), fc.maxSafeNat());
const arbitrary = fc.record({
  id: fc.uuid(),
  stream: fc.string({ unit: "grapheme", maxLength: 100 }),
  revision: place,
  position: place,
  system: fc.record({
    type: fc.string({ unit: "grapheme", maxLength: 100 }),
    created: fc.maxSafeNat().map(String),
    "content-type": fc.constantFrom("application/json", "application/octet-stream"),
    other: fc.string(),
  }),
  metadata: fc.uint8Array(),
  data: fc.uint8Array({ maxLength: 300 }),
});

Deno.test("an event is read as it was written, whatever it holds, with a link beside it or without", () => {
  fc.assert(fc.property(arbitrary, arbitrary, fc.boolean(), (given, link, hasLink) => {
    const read = new ReadResp.ReadEvent();
    read.setEvent(recorded(given));
    if (hasLink) read.setLink(recorded(link));
    read.setCommitPosition(String(given.position));
    const message = readAnswer(answerWith(read));
    if (message?.kind !== "event") throw new Error(`Cannot find the event: ${message?.kind}`);
    const { id, stream, revision, position, system } = given;
    const { data, metadata, bytes, ...event } = message.event;
    deepEqual(event, {
      ...{ id, stream, revision, position },
      type: system.type,
      created: system.created,
      isJson: system["content-type"] === "application/json",
    });
    equal(Buffer.compare(data, given.data), 0);
    equal(Buffer.compare(metadata, given.metadata), 0);
    equal(bytes, given.data.length + given.metadata.length + 500);
  }));
});

Deno.test("marks and the end of what was there are read, and other answers say nothing", () => {
  const mark = new ReadResp();
  const checkpoint = new ReadResp.Checkpoint();
  checkpoint.setCommitPosition("123456789012");
  checkpoint.setPreparePosition("123456789012");
  mark.setCheckpoint(checkpoint);
  deepEqual(readAnswer(mark.serializeBinary()), { kind: "checkpoint", position: 123456789012 });

  const caughtUp = new ReadResp();
  caughtUp.setCaughtUp(new ReadResp.CaughtUp());
  deepEqual(readAnswer(caughtUp.serializeBinary()), { kind: "caught-up" });

  const confirmation = new ReadResp();
  confirmation.setConfirmation(new ReadResp.SubscriptionConfirmation());
  const notFound = new ReadResp();
  notFound.setStreamNotFound(new ReadResp.StreamNotFound());
  const bound = new ReadResp();
  bound.setLastStreamPosition("7");
  const linkAlone = new ReadResp.ReadEvent();
  linkAlone.setNoPosition(new shared.Empty());
  for (const answer of [confirmation, notFound, bound]) {
    equal(readAnswer(answer.serializeBinary()), undefined);
  }
  equal(readAnswer(answerWith(linkAlone)), undefined);
});

Deno.test("a tombstone's revision is the greatest, and other numbers that cannot be told apart are refused", () => {
  const given: Given = {
    ...{ id: crypto.randomUUID(), stream: "order-1", revision: 0, position: 4, system: {} },
    ...{ metadata: new Uint8Array(0), data: new Uint8Array(0) },
  };
  function revisionOf(text: string): number | undefined {
    const event = recorded(given);
    event.setStreamRevision(text);
    const read = new ReadResp.ReadEvent();
    read.setEvent(event);
    const message = readAnswer(answerWith(read));
    return message?.kind === "event" ? message.event.revision : undefined;
  }
  equal(revisionOf("9223372036854775807"), Number.MAX_SAFE_INTEGER);
  equal(revisionOf("9007199254740991"), Number.MAX_SAFE_INTEGER);
  throws(() => revisionOf("9007199254740992"), RangeError);
  throws(() => revisionOf("18446744073709551615"), RangeError);
});

Deno.test("what breaks off, or is no protobuf, is refused", () => {
  const read = new ReadResp.ReadEvent();
  read.setNoPosition(new shared.Empty());
  const whole = answerWith(read);
  for (let length = 1; length < whole.length; length++) {
    throws(() => readAnswer(whole.subarray(0, length)), RangeError);
  }
  throws(() => readAnswer(new Uint8Array([0x0f])), RangeError);
  equal(readAnswer(new Uint8Array(0)), undefined);
});
