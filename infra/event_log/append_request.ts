import { categoryOf, type ExpectedRevision, type NewEvent } from "@headwater/core";
import { isUuid, uuidToBytes } from "./event_id.ts";
import { isPlace, requireName } from "./checked_argument.ts";
import { type Content, type JsonMark, jsonMark, sizeOf } from "./stored_event.ts";

/** An append that was checked and turned into what the tables take. */
export type AppendRequest = {
  readonly stream: string;
  readonly category: string;
  readonly expected: ExpectedRevision;
  /** None where the stream is to be deleted. */
  readonly events: readonly PreparedEvent[];
  /** Deletes the stream instead: until somebody writes to it again, or for ever. */
  readonly deletes?: "until-written" | "for-ever";
};

export type PreparedEvent = {
  readonly id: string;
  readonly idBytes: Uint8Array;
  readonly type: string;
  readonly data: Content;
  readonly metadata: Content;
  readonly json: JsonMark;
};

/** An append is written in one go, so its size bounds how long the event loop stands still. */
const maxBytes = 16 * 1024 * 1024;
const namedExpectations: readonly unknown[] = ["any", "no-stream", "stream-exists"];

/** Checks what a caller wants to append. Errors: `TypeError`, `RangeError`. */
export function appendRequest(
  stream: string,
  events: readonly NewEvent[],
  options: { readonly expected: ExpectedRevision },
): AppendRequest {
  const action = `Cannot append to stream ${JSON.stringify(stream)}`;
  requireName(stream, `${action}: its name`);
  const { expected } = options;
  if (typeof expected === "number" ? !isPlace(expected) : !namedExpectations.includes(expected)) {
    throw new RangeError(
      `${action}: expected revision must be a whole number from 0, "any", "no-stream" or "stream-exists", not ${
        JSON.stringify(expected) ?? String(expected)
      }`,
    );
  }
  const prepared = events.map((event, index) => prepare(event, `${action}: event ${index + 1}`));
  const bytes = prepared.reduce((sum, event) => sum + sizeOf(event), 0);
  if (bytes > maxBytes) {
    throw new RangeError(`${action}: its events take ${bytes} bytes, ${maxBytes} are allowed`);
  }
  return { stream, category: categoryOf(stream), expected, events: prepared };
}

function prepare(event: NewEvent, subject: string): PreparedEvent {
  if (!isUuid(event.id)) {
    throw new TypeError(`${subject} has an id that is not a UUID: ${JSON.stringify(event.id)}`);
  }
  requireName(event.type, `${subject}: its type`);
  return {
    id: event.id.toLowerCase(),
    idBytes: uuidToBytes(event.id),
    type: event.type,
    data: toJson(event.data, `${subject}: its data`),
    metadata: toJson(event.metadata, `${subject}: its metadata`),
    json: jsonMark.own,
  };
}

function toJson(value: unknown, subject: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new TypeError(`${subject} cannot be written as JSON`, { cause });
  }
  if (text === undefined) throw new TypeError(`${subject} cannot be written as JSON`);
  return text;
}
