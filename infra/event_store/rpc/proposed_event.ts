import { Buffer, isUtf8 } from "node:buffer";
import type { PreparedEvent } from "../log/append_request.ts";
import { bytesToUuid, isUuid, uuidToBytes } from "../log/event_id.ts";
import { type Content, jsonMark } from "../log/stored_event.ts";
import type { ProtobufReader } from "../grpc/protobuf_reader.ts";
import { invalidArgument, missingMetadataProperty } from "./stream_errors.ts";

/** An event as clients propose it. */
export type ProposedEvent = {
  readonly event: PreparedEvent;
  /** What counts towards the size of an append: data alone, as on the original. */
  readonly dataBytes: number;
};

const noBytes = new Uint8Array(0);

/** Reads a `ProposedMessage`. Errors: `GrpcError` INVALID_ARGUMENT. */
export function readProposedEvent(message: ProtobufReader): ProposedEvent {
  let id: Uint8Array | undefined;
  let type: string | undefined;
  let contentType: string | undefined;
  let metadata = noBytes;
  let data = noBytes;
  while (message.next()) {
    if (message.field === 1) id = readUuid(message.message());
    else if (message.field === 2) {
      const { key, value } = readMapEntry(message.message());
      if (key === "type") type = value;
      else if (key === "content-type") contentType = value;
    } else if (message.field === 3) metadata = message.bytes() as typeof noBytes;
    else if (message.field === 4) data = message.bytes() as typeof noBytes;
    else message.skip();
  }
  if (type === undefined) throw missingMetadataProperty("type");
  if (contentType === undefined) throw missingMetadataProperty("content-type");
  if (!id || id.every((byte) => byte === 0)) throw invalidArgument("an event's id is empty");
  if (type === "") throw invalidArgument("an event's type is empty");
  if (type.includes("\0")) throw invalidArgument("an event's type contains U+0000");
  return {
    event: {
      id: bytesToUuid(id),
      idBytes: id,
      type,
      data: contentOf(data),
      metadata: contentOf(metadata),
      json: contentType === "application/json" ? jsonMark.claimed : jsonMark.none,
    },
    dataBytes: data.length,
  };
}

/** The bytes of a UUID in either of its forms. */
export function readUuid(message: ProtobufReader): Uint8Array {
  let bytes: Uint8Array = noBytes;
  while (message.next()) {
    if (message.field === 1) bytes = readStructuredUuid(message.message());
    else if (message.field === 2) {
      const text = message.string();
      if (!isUuid(text)) throw invalidArgument(`"${text}" is not a UUID`);
      bytes = uuidToBytes(text);
    } else message.skip();
  }
  if (bytes.length === 0) throw invalidArgument("a UUID is missing");
  return bytes;
}

/** Text where that gives the same bytes again and the database keeps it whole, which it does not beyond U+0000. */
function contentOf(bytes: Uint8Array): Content {
  if (bytes.length === 0) return "";
  if (bytes.includes(0) || !isUtf8(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
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
