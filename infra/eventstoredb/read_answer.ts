import { ProtobufFields } from "./protobuf_fields.ts";
import { type LogEvent, placeOf } from "./recorded_event.ts";

/** What a reading call brings. */
export type FeedMessage =
  | { readonly kind: "event"; readonly event: LogEvent }
  | { readonly kind: "checkpoint"; readonly position: number }
  | { readonly kind: "caught-up" };

/** An answer of `Streams.Read` as it came; undefined for those that say nothing here. Errors: `RangeError`. */
export function readAnswer(bytes: Uint8Array): FeedMessage | undefined {
  const answer = new ProtobufFields(bytes);
  let message: FeedMessage | undefined;
  while (answer.next()) {
    if (answer.field === 1) message = eventMessage(answer.inner());
    else if (answer.field === 3) message = checkpointMessage(answer.inner());
    else if (answer.field === 8) message = { kind: "caught-up" };
  }
  return message;
}

function checkpointMessage(checkpoint: ProtobufFields): FeedMessage {
  let position = 0;
  while (checkpoint.next()) if (checkpoint.field === 1) position = checkpoint.number;
  return { kind: "checkpoint", position: placeOf(position) };
}

/** The event itself: where there is a link, that stands beside it. */
function eventMessage(read: ProtobufFields): FeedMessage | undefined {
  let event: LogEvent | undefined;
  while (read.next()) if (read.field === 1) event = recordedEvent(read.inner());
  return event && { kind: "event", event };
}

const none: Uint8Array = new Uint8Array(0);

function recordedEvent(fields: ProtobufFields): LogEvent {
  let [revision, position] = [0, 0];
  let [id, stream] = ["", ""];
  let [type, created, contentType] = ["", "0", ""];
  let [metadata, data] = [none, none];
  while (fields.next()) {
    switch (fields.field) {
      case 1:
        id = textIn(fields.inner(), 2);
        break;
      case 2:
        stream = textIn(fields.inner(), 3);
        break;
      case 3:
        revision = fields.number;
        break;
      case 5:
        position = fields.number;
        break;
      case 6: {
        const { name, value } = entryOf(fields.inner());
        if (name === "type") type = value;
        else if (name === "created") created = value;
        else if (name === "content-type") contentType = value;
        break;
      }
      case 7:
        metadata = fields.bytes();
        break;
      case 8:
        data = fields.bytes();
    }
  }
  return {
    position: placeOf(position),
    revision: placeOf(revision),
    stream,
    id,
    type,
    created,
    data,
    metadata,
    isJson: contentType === "application/json",
    bytes: data.length + metadata.length + 500,
  };
}

function entryOf(entry: ProtobufFields): { readonly name: string; readonly value: string } {
  let [name, value] = ["", ""];
  while (entry.next()) {
    if (entry.field === 1) name = entry.text();
    else if (entry.field === 2) value = entry.text();
  }
  return { name, value };
}

/** Of a message, one field. */
function textIn(message: ProtobufFields, field: number): string {
  let text = "";
  while (message.next()) if (message.field === field) text = message.text();
  return text;
}
