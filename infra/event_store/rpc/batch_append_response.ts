import type { eventLog } from "@headwater/core";
import type { ServerExpectation } from "../log/append_request.ts";
import { writePlace } from "./append_response.ts";
import { grpcStatus } from "../grpc/grpc_status.ts";
import type { PendingBatch } from "./pending_batch.ts";
import type { ProtobufWriter } from "../grpc/protobuf_writer.ts";
import { writeStreamIdentifier } from "./read_response.ts";

/** What came of a batch. */
export type BatchAnswer =
  | { readonly appended: eventLog.Appended }
  | { readonly problem: "conflict"; readonly actual: number }
  | { readonly problem: "too-large"; readonly maxAppendBytes: number }
  | { readonly problem: "bad-request"; readonly message: string }
  | { readonly problem: "deleted" | "timeout" | "not-ready" | "unknown" };

type Batch = Pick<PendingBatch, "correlationId" | "stream" | "expected">;
type Problem = Exclude<BatchAnswer, { readonly appended: eventLog.Appended }>;

const ours = "event_store.client";

/** By problem: the code, and package and name of the message in the status's details. */
const statuses = {
  conflict: { code: grpcStatus.alreadyExists, package: ours, name: "WrongExpectedVersion" },
  deleted: { code: grpcStatus.notFound, package: ours, name: "StreamDeleted" },
  timeout: { code: grpcStatus.deadlineExceeded, package: ours, name: "Timeout" },
  // As the original says it: without a code
  "not-ready": { code: grpcStatus.ok, package: "google.protobuf", name: "Empty" },
  unknown: { code: grpcStatus.unknown, package: ours, name: "Unknown" },
  "too-large": {
    code: grpcStatus.invalidArgument,
    package: ours,
    name: "MaximumAppendSizeExceeded",
  },
  "bad-request": { code: grpcStatus.invalidArgument, package: ours, name: "BadRequest" },
} as const;

const responseFields = { revision: 5, "no-stream": 6, any: 7, "stream-exists": 8 } as const;
const conflictFields = { revision: 3, any: 4, "stream-exists": 5, "no-stream": 6 } as const;

/** Writes a `BatchAppendResp`. */
export function writeBatchResponse(
  writer: ProtobufWriter,
  { batch, answer }: { readonly batch: Batch; readonly answer: BatchAnswer },
): void {
  writer.beginFrame();
  writer.bytes(1, batch.correlationId);
  if ("appended" in answer) {
    const success = writer.beginNested(3);
    writePlace(writer, answer.appended);
    writer.endNested(success);
  } else {
    const error = writer.beginNested(2);
    writeStatus(writer, { batch, problem: answer });
    writer.endNested(error);
  }
  writeStreamIdentifier(writer, { field: 4, name: batch.stream });
  writeExpected(writer, { expected: batch.expected, fields: responseFields });
  writer.endFrame();
}

/** A `google.rpc.Status` with one detail. */
function writeStatus(
  writer: ProtobufWriter,
  { batch, problem }: { readonly batch: Batch; readonly problem: Problem },
): void {
  const { code, package: of, name } = statuses[problem.problem];
  writer.uint(1, code);
  writer.string(2, textOf(problem));
  const details = writer.beginNested(3);
  writer.string(1, `type.googleapis.com/${of}.${name}`);
  const value = writer.beginNested(2);
  if (problem.problem === "conflict") {
    if (problem.actual >= 0) writer.uint(1, problem.actual);
    else writer.empty(2);
    writeExpected(writer, { expected: batch.expected, fields: conflictFields });
  } else if (problem.problem === "deleted") {
    writeStreamIdentifier(writer, { field: 1, name: batch.stream });
  } else if (problem.problem === "too-large") {
    writer.uint(1, problem.maxAppendBytes);
  } else if (problem.problem === "bad-request") {
    writer.string(1, problem.message);
  }
  writer.endNested(value);
  writer.endNested(details);
}

function textOf(problem: Problem): string {
  if (problem.problem === "bad-request") return problem.message;
  return problem.problem === "not-ready" ? "Server Is Not Ready" : statuses[problem.problem].name;
}

function writeExpected(
  writer: ProtobufWriter,
  { expected, fields }: {
    readonly expected: ServerExpectation | undefined;
    readonly fields: typeof responseFields | typeof conflictFields;
  },
): void {
  if (typeof expected === "number") writer.uint(fields.revision, expected);
  else if (expected !== undefined) writer.empty(fields[expected]);
}
