import { eventLog } from "@headwater/core";
import { uuidToBytes } from "./event_id.ts";
import { type Content, type JsonMark, jsonMark } from "./stored_event.ts";

/** What EventStoreDB's protocol can ask a stream for; the log's port asks for less. */
export type ServerExpectation = eventLog.ExpectedRevision | "any" | "stream-exists";

/** An append that was checked and turned into what the tables take. */
export type AppendRequest = {
  readonly stream: string;
  readonly category: string;
  readonly expected: ServerExpectation;
  /** None where the stream is to be deleted. */
  readonly events: readonly PreparedEvent[];
  /** Deletes the stream instead: until somebody writes to it again, or for ever. */
  readonly deletes?: "until-written" | "for-ever";
};

export type PreparedEvent = {
  /** The 16 bytes of a UUID. */
  readonly id: Uint8Array;
  readonly type: string;
  readonly data: Content;
  readonly metadata: Content;
  readonly json: JsonMark;
};

/** Checks what a caller of the port wants to append. Errors: `TypeError`, `RangeError`. */
export function appendRequest(
  stream: string,
  events: readonly eventLog.NewEvent[],
  options: { readonly expected: eventLog.ExpectedRevision },
): AppendRequest {
  const { expected, events: checked } = eventLog.checkedAppend(stream, events, options);
  return { stream, category: eventLog.categoryOf(stream), expected, events: checked.map(prepared) };
}

function prepared(
  { id, type, data, metadata }: eventLog.CheckedAppend["events"][number],
): PreparedEvent {
  return { id: uuidToBytes(id), type, data, metadata, json: jsonMark.own };
}
