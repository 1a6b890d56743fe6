import { uuidText } from "../log/event_id.ts";
import { readStreamIdentifier } from "./expected_revision.ts";
import { readUuid } from "./proposed_event.ts";
import { ProtobufReader } from "../grpc/protobuf_reader.ts";
import type { ProtobufWriter } from "../grpc/protobuf_writer.ts";
import { readUuidOption } from "./read_request.ts";
import { type UuidForm, writeReadEvent } from "./read_response.ts";
import { invalidArgument } from "./stream_errors.ts";
import type { NackAction } from "../groups/delivery.ts";
import { wholeLog } from "../groups/group_settings.ts";
import type { Message } from "../groups/message.ts";
import type { GroupName } from "../groups/group_error.ts";

export type ReadRequest =
  | {
    readonly kind: "connect";
    readonly name: GroupName;
    readonly bufferSize: number;
    readonly uuidForm: UuidForm;
  }
  | { readonly kind: "ack"; readonly ids: readonly string[] }
  | {
    readonly kind: "nack";
    readonly ids: readonly string[];
    readonly action: NackAction;
    readonly reason: string;
  };

const actions: readonly NackAction[] = ["unknown", "park", "retry", "skip", "stop"];

/** Reads a `ReadReq`. Errors: `GrpcError` INVALID_ARGUMENT. */
export function readRequest(bytes: Uint8Array): ReadRequest {
  let request: ReadRequest | undefined;
  const message = new ProtobufReader(bytes);
  while (message.next()) {
    if (message.field === 1) request = readOptions(message.message());
    else if (message.field === 2) request = readAnswer(message.message(), "ack");
    else if (message.field === 3) request = readAnswer(message.message(), "nack");
    else message.skip();
  }
  if (!request) throw invalidArgument("it says nothing");
  return request;
}

function readOptions(options: ProtobufReader): ReadRequest {
  let stream: string | undefined;
  let group = "";
  let bufferSize = 0;
  let uuidForm: UuidForm | undefined;
  while (options.next()) {
    if (options.field === 1) {
      stream = readStreamIdentifier(options.message());
      // The whole log is asked for in its own way only
      if (stream === wholeLog) throw invalidArgument("$all is no stream");
    } else if (options.field === 2) group = options.string();
    else if (options.field === 3) bufferSize = options.uint();
    else if (options.field === 4) uuidForm = readUuidOption(options.message());
    else if (options.field === 5) {
      options.skip();
      stream = wholeLog;
    } else options.skip();
  }
  if (stream === undefined) throw invalidArgument("it says neither stream nor all");
  if (bufferSize < 1 || bufferSize > 0x7fffffff) {
    throw invalidArgument(`the buffer size is ${bufferSize}, allowed: from 1 to 2147483647`);
  }
  if (!uuidForm) throw invalidArgument("the UUID option is missing");
  return { kind: "connect", name: { stream, group }, bufferSize, uuidForm };
}

function readAnswer(message: ProtobufReader, kind: "ack" | "nack"): ReadRequest {
  const ids: string[] = [];
  let action: NackAction = "unknown";
  let reason = "";
  while (message.next()) {
    if (message.field === 2) ids.push(uuidText(readUuid(message.message())));
    else if (message.field === 3 && kind === "nack") action = actions[message.uint()] ?? "skip";
    else if (message.field === 4 && kind === "nack") reason = message.string();
    else message.skip();
  }
  return kind === "ack" ? { kind, ids } : { kind, ids, action, reason };
}

/** Writes a `ReadResp` with an event; event and link have the link's position, as on the original. */
export function writeMessage(
  writer: ProtobufWriter,
  { message, retries, uuidForm }: {
    readonly message: Message;
    readonly retries: number;
    readonly uuidForm: UuidForm;
  },
): void {
  const { event, link } = message.resolved;
  const { position } = (link ?? event)!;
  writer.beginFrame();
  const response = writer.beginNested(1);
  const resolved = { event: event && link ? { ...event, position } : event, link };
  writeReadEvent(writer, { resolved, uuidForm });
  writer.uint(3, position);
  writer.uint(5, retries);
  writer.endNested(response);
  writer.endFrame();
}
