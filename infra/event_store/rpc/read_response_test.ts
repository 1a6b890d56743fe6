import assert from "node:assert/strict";
import { ProtobufReader } from "../grpc/protobuf_reader.ts";
import { ProtobufWriter } from "../grpc/protobuf_writer.ts";
import { writeCaughtUp, writeCheckpoint } from "./read_response.ts";

const at = new Date(1_700_000_000_250);
const timestamp = { 1: 1_700_000_000, 2: 250_000_000 };

Deno.test("having caught up says when, and from where to go on in a stream or in the log", () => {
  assert.deepEqual(caughtUp({ revision: 0 }), { 1: timestamp, 2: 0 });
  assert.deepEqual(caughtUp({ revision: 9 }), { 1: timestamp, 2: 9 });
  assert.deepEqual(caughtUp({ position: 12 }), { 1: timestamp, 3: { 1: 12, 2: 12 } });
});

Deno.test("having caught up names no place in a stream without events", () => {
  assert.deepEqual(caughtUp({ revision: -1 }), { 1: timestamp });
});

Deno.test("a checkpoint says when it was reached", () => {
  const writer = new ProtobufWriter();
  writeCheckpoint(writer, { position: 12, at });
  assert.deepEqual(fields(contentOf(writer, 3), [3]), { 1: 12, 2: 12, 3: timestamp });
});

function caughtUp(place: { readonly revision?: number; readonly position?: number }): unknown {
  const writer = new ProtobufWriter();
  writeCaughtUp(writer, { ...place, at });
  return fields(contentOf(writer, 8), [1, 3]);
}

/** The one field of a frame's message. */
function contentOf(writer: ProtobufWriter, field: number): Uint8Array {
  const reader = new ProtobufReader(writer.take().subarray(5));
  assert.ok(reader.next());
  assert.equal(reader.field, field);
  return reader.bytes();
}

/** A message's fields by number; those listed are messages of numbers. */
function fields(message: Uint8Array, nested: readonly number[]): Record<number, unknown> {
  const found: Record<number, unknown> = {};
  const reader = new ProtobufReader(message);
  while (reader.next()) {
    const { field } = reader;
    found[field] = nested.includes(field) ? fields(reader.bytes(), []) : reader.uint();
  }
  return found;
}
