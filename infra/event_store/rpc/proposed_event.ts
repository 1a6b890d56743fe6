import { type Buffer, isUtf8 } from "node:buffer";
import type { PreparedEvent } from "../log/append_request.ts";
import { readUuidText } from "../log/event_id.ts";
import { type Content, jsonMark } from "../log/stored_event.ts";
import type { ProtobufReader } from "../grpc/protobuf_reader.ts";
import type { Span } from "../grpc/read_text.ts";
import { invalidArgument, missingMetadataProperty } from "./stream_errors.ts";

/** An event as clients propose it. */
export type ProposedEvent = {
  readonly event: PreparedEvent;
  /** What counts towards the size of an append: data alone, as on the original. */
  readonly dataBytes: number;
};

/** Reads a `ProposedMessage`. Errors: `GrpcError` INVALID_ARGUMENT. */
export function readProposedEvent(message: ProtobufReader): ProposedEvent {
  let id: Uint8Array | undefined;
  let type: string | undefined;
  let contentType: string | undefined;
  let metadata: Content = "";
  let data: Content = "";
  let dataBytes = 0;
  while (message.next()) {
    if (message.field === 1) id = readUuid(message.message());
    else if (message.field === 2) {
      const { key, value } = readMapEntry(message.message());
      if (key === "type") type = value;
      else if (key === "content-type") contentType = value;
    } else if (message.field === 3) metadata = message.within(contentOf);
    else if (message.field === 4) {
      dataBytes = message.length;
      data = message.within(contentOf);
    } else message.skip();
  }
  if (type === undefined) throw missingMetadataProperty("type");
  if (contentType === undefined) throw missingMetadataProperty("content-type");
  if (!id || id.every((byte) => byte === 0)) throw invalidArgument("an event's id is empty");
  if (type === "") throw invalidArgument("an event's type is empty");
  if (type.includes("\0")) throw invalidArgument("an event's type contains U+0000");
  const json = contentType === "application/json" ? jsonMark.claimed : jsonMark.none;
  return { event: { id, type, data, metadata, json }, dataBytes };
}

/** The bytes of a UUID in either of its forms. */
export function readUuid(message: ProtobufReader): Uint8Array {
  let bytes: Uint8Array | undefined;
  while (message.next()) {
    if (message.field === 1) bytes = readStructuredUuid(message.message());
    else if (message.field === 2) bytes = message.within(uuidOf);
    else message.skip();
  }
  if (!bytes) throw invalidArgument("a UUID is missing");
  return bytes;
}

function uuidOf(bytes: Buffer, span: Span): Uint8Array {
  const id = readUuidText(bytes, span);
  if (id) return id;
  throw invalidArgument(`"${bytes.toString("utf8", span.start, span.end)}" is not a UUID`);
}

/** Text where that gives the same bytes again and the database keeps it whole, which it does not beyond U+0000. */
function contentOf(bytes: Buffer, { start, end }: Span): Content {
  const text = bytes.toString("utf8", start, end);
  if (!text.includes("\0") && !text.includes("\ufffd")) return text;
  const content = bytes.subarray(start, end);
  return content.includes(0) || !isUtf8(content) ? content : text;
}

function readStructuredUuid(message: ProtobufReader): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  while (message.next()) {
    if (message.field === 1) message.copyInt64(view, 0);
    else if (message.field === 2) message.copyInt64(view, 8);
    else message.skip();
  }
  return bytes;
}

function readMapEntry(message: ProtobufReader): { key: string; value: string } {
  let key = "";
  let value = "";
  while (message.next()) {
    if (message.field === 1) key = message.string();
    else if (message.field === 2) value = message.string();
    else message.skip();
  }
  return { key, value };
}
