import { uuidToBytes } from "../log/event_id.ts";
import { ProtobufWriter } from "../grpc/protobuf_writer.ts";

// Requests for tests, written field by field: also those that no client library would send.

/** Writes the fields of one message. */
export type Fields = (writer: ProtobufWriter) => void;

export function encoded(fields: Fields): Uint8Array {
  const writer = new ProtobufWriter();
  fields(writer);
  return writer.take();
}

export function nested(field: number, ...parts: readonly Fields[]): Fields {
  return (writer) => {
    const mark = writer.beginNested(field);
    for (const part of parts) part(writer);
    writer.endNested(mark);
  };
}

export function all(...parts: readonly Fields[]): Fields {
  return (writer) => parts.forEach((part) => part(writer));
}

export function uuid(field: number, id: string): Fields {
  const view = new DataView(uuidToBytes(id).buffer);
  return nested(
    field,
    nested(1, (writer) => {
      writer.int(1, view.getBigInt64(0));
      writer.int(2, view.getBigInt64(8));
    }),
  );
}

export function identifier(name: string): Fields {
  return nested(1, (writer) => writer.string(3, name));
}

export function entry(key: string, value: string): Fields {
  return nested(2, (writer) => {
    writer.string(1, key);
    writer.string(2, value);
  });
}

const properties = all(entry("type", "Happened"), entry("content-type", "application/json"));

export function proposed(id: string, more: Fields = properties): Fields {
  return all(uuid(1, id), more, (writer) => writer.bytes(4, new TextEncoder().encode("{}")));
}

/** Options of an append, and of a batch where there is a deadline: any revision is expected. */
export function options(stream: string, deadline: Fields = () => {}): Fields {
  return all(identifier(stream), (writer) => writer.empty(4), deadline);
}

export function chunk(correlation: string, { begins, ids = [], isFinal = true, more }: {
  readonly begins?: Fields;
  readonly ids?: readonly string[];
  readonly isFinal?: boolean;
  readonly more?: Fields;
}): Fields {
  return all(
    uuid(1, correlation),
    begins ? nested(2, begins) : () => {},
    ...ids.map((id) => nested(3, proposed(id, more))),
    (writer) => writer.bool(4, isFinal),
  );
}

/** Seconds and nanoseconds: a time in field 6, a duration in field 7. */
export function time(field: 6 | 7, ms: number): Fields {
  return nested(field, (writer) => {
    writer.int(1, Math.floor(ms / 1000));
    writer.int(2, Math.round(ms % 1000) * 1_000_000);
  });
}

/** The options of a read; `count` undefined: a subscription. */
export function read(source: Fields, { count, more = () => {} }: {
  readonly count?: number;
  readonly more?: Fields;
}): Fields {
  return nested(
    1,
    source,
    (writer) => count === undefined ? writer.empty(6) : writer.uint(5, count),
    more,
  );
}

export function fromStart(stream: string): Fields {
  return nested(1, identifier(stream), (writer) => writer.empty(3));
}
export const allFromStart: Fields = nested(2, (writer) => writer.empty(2));
export const noFilter: Fields = (writer) => writer.empty(8);
export const structuredIds: Fields = nested(9, (writer) => writer.empty(1));
