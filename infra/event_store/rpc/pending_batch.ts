import { Buffer } from "node:buffer";
import type { PreparedEvent, ServerExpectation } from "../log/append_request.ts";
import { ExpectationReader, type StreamExpectation } from "./expected_revision.ts";
import { readProposedEvent } from "./proposed_event.ts";
import { ProtobufReader } from "../grpc/protobuf_reader.ts";

/** One chunk of a batch as it came: a `BatchAppendReq`, its events not read yet. */
export type BatchChunk = {
  /** Tells batches apart. */
  readonly key: string;
  /** The `UUID` as the client wrote it, to be sent back. */
  readonly correlationId: Uint8Array;
  readonly options: Uint8Array | undefined;
  readonly proposed: readonly ProtobufReader[];
  readonly isFinal: boolean;
};

/** A batch on its way in. */
export type PendingBatch = {
  readonly correlationId: Uint8Array;
  readonly stream: string;
  /** Undefined: the client did not say. */
  readonly expected: ServerExpectation | undefined;
  readonly events: PreparedEvent[];
  dataBytes: number;
  /** Its last chunk has come: it is being written. */
  isComplete: boolean;
  /** When it must be answered: milliseconds since 1970. */
  readonly deadline: number;
};

/** Reads a `BatchAppendReq`. Errors: `GrpcError` INVALID_ARGUMENT. */
export function readBatchChunk(message: Uint8Array): BatchChunk {
  const reader = new ProtobufReader(message);
  let correlationId: Uint8Array = new Uint8Array(0);
  let options: Uint8Array | undefined;
  const proposed: ProtobufReader[] = [];
  let isFinal = false;
  while (reader.next()) {
    if (reader.field === 1) correlationId = reader.bytes();
    else if (reader.field === 2) options = reader.bytes();
    else if (reader.field === 3) proposed.push(reader.message());
    else if (reader.field === 4) isFinal = reader.bool();
    else reader.skip();
  }
  const { buffer, byteOffset, length } = correlationId;
  const key = Buffer.from(buffer, byteOffset, length).toString("latin1");
  return { key, correlationId, options, proposed, isFinal };
}

/** The beginning of a batch, from the options of its first chunk. */
export function beginBatch(
  { correlationId, options }: BatchChunk,
  { now, writeTimeoutMs }: { readonly now: number; readonly writeTimeoutMs: number },
): PendingBatch {
  const { stream, expected, deadline = Infinity } = readOptions(
    options ?? new Uint8Array(0),
    now,
  );
  return {
    correlationId,
    stream,
    expected,
    events: [],
    dataBytes: 0,
    isComplete: false,
    deadline: Math.min(deadline, now + writeTimeoutMs),
  };
}

/** Adds the events of a chunk. Errors: `GrpcError` INVALID_ARGUMENT. */
export function addEvents(batch: PendingBatch, { proposed }: BatchChunk): void {
  for (const message of proposed) {
    const { event, dataBytes } = readProposedEvent(message);
    batch.events.push(event);
    batch.dataBytes += dataBytes;
  }
}

/** The deadline is a time, or with newer clients how long from now. */
function readOptions(
  bytes: Uint8Array,
  now: number,
): StreamExpectation & { readonly deadline: number | undefined } {
  const expectation = new ExpectationReader();
  const options = new ProtobufReader(bytes);
  let deadline: number | undefined;
  while (options.next()) {
    if (expectation.read(options)) continue;
    if (options.field === 6) deadline = readTime(options.message());
    else if (options.field === 7) deadline = now + readTime(options.message());
    else options.skip();
  }
  return { ...expectation.result, deadline };
}

/** Milliseconds of a `Timestamp` or a `Duration`: both are seconds and nanoseconds. */
function readTime(message: ProtobufReader): number {
  let ms = 0;
  while (message.next()) {
    if (message.field === 1) ms += Number(message.int64()) * 1000;
    else if (message.field === 2) ms += Number(message.int64()) / 1e6;
    else message.skip();
  }
  return ms;
}
