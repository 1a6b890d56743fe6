import { type Part, readFields, textAt } from "./protobuf_fields.ts";
import { type LogEvent, placeOf } from "./recorded_event.ts";

/** What a reading call brings. */
export type FeedMessage =
  | { readonly kind: "event"; readonly event: LogEvent }
  | { readonly kind: "checkpoint"; readonly position: number }
  | { readonly kind: "caught-up" };

/** An answer of `Streams.Read` as it came; undefined for those that say nothing here. Errors: `RangeError`. */
export function readAnswer(bytes: Uint8Array): FeedMessage | undefined {
  let message: FeedMessage | undefined;
  readFields(bytes, {
    bytes(field, part) {
      if (field === 1) message = eventMessage(bytes, part);
      else if (field === 3) message = checkpointMessage(bytes, part);
      else if (field === 8) message = { kind: "caught-up" };
    },
  });
  return message;
}

function checkpointMessage(bytes: Uint8Array, part: Part): FeedMessage {
  let position = 0;
  readFields(bytes, {
    number(field, value) {
      if (field === 1) position = value;
    },
  }, part);
  return { kind: "checkpoint", position: placeOf(position) };
}

/** The event itself: where there is a link, that stands beside it. */
function eventMessage(bytes: Uint8Array, part: Part): FeedMessage | undefined {
  let event: LogEvent | undefined;
  readFields(bytes, {
    bytes(field, part) {
      if (field === 1) event = recordedEvent(bytes, part);
    },
  }, part);
  return event && { kind: "event", event };
}

const none: Uint8Array = new Uint8Array(0);

function recordedEvent(bytes: Uint8Array, part: Part): LogEvent {
  let [revision, position] = [0, 0];
  let [id, stream] = ["", ""];
  const system = { type: "", created: "0", "content-type": "" };
  let [metadata, data] = [none, none];
  readFields(bytes, {
    number(field, value) {
      if (field === 3) revision = value;
      else if (field === 5) position = value;
    },
    bytes(field, part) {
      const text = (wanted: number) => textOf(bytes, { part, wanted });
      if (field === 1) id = text(2);
      else if (field === 2) stream = text(3);
      else if (field === 6) {
        const name = text(1);
        if (isKnown(name)) system[name] = text(2);
      } else if (field === 7) metadata = bytes.subarray(part.start, part.end);
      else if (field === 8) data = bytes.subarray(part.start, part.end);
    },
  }, part);
  const { type, created } = system;
  return {
    position: placeOf(position),
    revision: placeOf(revision),
    ...{ stream, id, type, created, data, metadata },
    isJson: system["content-type"] === "application/json",
    bytes: data.length + metadata.length + 500,
  };

  function isKnown(name: string): name is keyof typeof system {
    return Object.hasOwn(system, name);
  }
}

/** Of a message, one field. */
function textOf(
  bytes: Uint8Array,
  { part, wanted }: { readonly part: Part; readonly wanted: number },
): string {
  let text = "";
  readFields(bytes, {
    bytes(field, at) {
      if (field === wanted) text = textAt(bytes, at);
    },
  }, part);
  return text;
}
