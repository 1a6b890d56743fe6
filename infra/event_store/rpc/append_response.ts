import type { ServerExpectation } from "../log/append_request.ts";
import type { eventLog } from "@headwater/core";
import type { ProtobufWriter } from "../grpc/protobuf_writer.ts";
import { writePosition } from "./read_response.ts";

/** What came of an append, in whichever form its rpc answers. */
export type AppendAnswer =
  | { readonly appended: eventLog.Appended }
  | { readonly actual: number; readonly expected: ServerExpectation };

/** Writes an `AppendResp`. */
export function writeAppendResponse(writer: ProtobufWriter, answer: AppendAnswer): void {
  writer.beginFrame();
  if ("appended" in answer) {
    const success = writer.beginNested(1);
    writePlace(writer, answer.appended);
    writer.endNested(success);
  } else {
    const wrong = writer.beginNested(2);
    writeWrongExpectedVersion(writer, answer);
    writer.endNested(wrong);
  }
  writer.endFrame();
}

/** The fields of both kinds of success: revision or none, position. */
export function writePlace(
  writer: ProtobufWriter,
  { revision, position }: eventLog.Appended,
): void {
  if (revision >= 0) writer.uint(1, revision);
  else writer.empty(2);
  writePosition(writer, { field: 3, position });
}

/** Every number twice: older clients look for it elsewhere. */
function writeWrongExpectedVersion(
  writer: ProtobufWriter,
  { actual, expected }: { readonly actual: number; readonly expected: ServerExpectation },
): void {
  if (actual >= 0) writer.uint(1, actual);
  else writer.empty(2);
  if (expected === "any") writer.empty(4);
  else if (expected === "stream-exists") writer.empty(5);
  else if (expected === "no-stream") writer.uint(3, 2n ** 64n - 1n);
  else writer.uint(3, expected);
  if (actual >= 0) writer.uint(6, actual);
  else writer.empty(7);
  if (expected === "any") writer.empty(9);
  else if (expected === "stream-exists") writer.empty(10);
  else if (expected === "no-stream") writer.empty(11);
  else writer.uint(8, expected);
}
