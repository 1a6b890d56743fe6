import { type FilterOptions, readFilterOptions } from "./filter_options.ts";
import { readStreamIdentifier } from "./expected_revision.ts";
import { ProtobufReader } from "../grpc/protobuf_reader.ts";
import type { UuidForm } from "./read_response.ts";
import { invalidArgument } from "./stream_errors.ts";

/** Where in the whole log; a client must give two equal numbers, since commit and prepare are one here. */
export type WirePosition = { readonly commit: number; readonly prepare: number };

export type ReadRequest = {
  readonly source:
    | { readonly stream: string; readonly from: number | "start" | "end" }
    | { readonly all: true; readonly from: WirePosition | "start" | "end" };
  readonly direction: "forwards" | "backwards";
  readonly resolveLinks: boolean;
  /** Undefined: a subscription. */
  readonly count: number | undefined;
  readonly filter: FilterOptions | undefined;
  readonly uuidForm: UuidForm;
  /** Asked for by newer clients: they are told where the stream begins and ends. */
  readonly tellsStreamBounds: boolean;
};

type Draft = { -readonly [Field in keyof ReadRequest]?: ReadRequest[Field] };

/** Reads a `ReadReq`. Errors: `GrpcError` INVALID_ARGUMENT. */
export function readReadRequest(bytes: Uint8Array): ReadRequest {
  const draft: Draft = { resolveLinks: false, direction: "forwards" };
  let isSubscription = false;
  let isFilterSaid = false;
  const message = new ProtobufReader(bytes);
  while (message.next()) {
    if (message.field !== 1) {
      message.skip();
      continue;
    }
    const options = message.message();
    while (options.next()) {
      if (options.field === 1) draft.source = readStreamOptions(options.message());
      else if (options.field === 2) draft.source = readAllOptions(options.message());
      else if (options.field === 3) draft.direction = readDirection(options.uint());
      else if (options.field === 4) draft.resolveLinks = options.bool();
      else if (options.field === 5) draft.count = options.uint();
      else if (options.field === 6) isSubscription = skip(options);
      else if (options.field === 7) {
        draft.filter = readFilterOptions(options.message());
        isFilterSaid = true;
      } else if (options.field === 8) isFilterSaid = skip(options);
      else if (options.field === 9) draft.uuidForm = readUuidOption(options.message());
      else if (options.field === 10) draft.tellsStreamBounds = readControlOption(options.message());
      else options.skip();
    }
  }
  if (!draft.source) throw invalidArgument("it says neither stream nor all");
  if (draft.count === undefined && !isSubscription) {
    throw invalidArgument("it says neither count nor subscription");
  }
  if (!isFilterSaid) throw invalidArgument("it says neither filter nor no filter");
  if (!draft.uuidForm) throw invalidArgument("the UUID option is missing");
  if (draft.filter && "stream" in draft.source) throw invalidArgument("a stream takes no filter");
  if (isSubscription && draft.direction === "backwards") {
    throw invalidArgument("a subscription goes forwards");
  }
  if (isSubscription && draft.filter?.checkpointInterval === 0) {
    throw invalidArgument("the filter's checkpoint interval multiplier is 0, allowed: 1 or more");
  }
  return {
    source: draft.source,
    direction: draft.direction!,
    resolveLinks: draft.resolveLinks!,
    count: isSubscription ? undefined : draft.count,
    filter: draft.filter,
    uuidForm: draft.uuidForm,
    tellsStreamBounds: draft.tellsStreamBounds ?? false,
  };
}

function readStreamOptions(message: ProtobufReader): ReadRequest["source"] {
  let stream = "";
  let from: number | "start" | "end" | undefined;
  while (message.next()) {
    if (message.field === 1) stream = readStreamIdentifier(message.message());
    else if (message.field === 2) from = message.uint();
    else if (message.field === 3) from = ended(message, "start");
    else if (message.field === 4) from = ended(message, "end");
    else message.skip();
  }
  if (from === undefined) throw invalidArgument("it does not say where to begin");
  return { stream, from };
}

function readAllOptions(message: ProtobufReader): ReadRequest["source"] {
  let from: WirePosition | "start" | "end" | undefined;
  while (message.next()) {
    if (message.field === 1) from = readPosition(message.message());
    else if (message.field === 2) from = ended(message, "start");
    else if (message.field === 3) from = ended(message, "end");
    else message.skip();
  }
  if (from === undefined) throw invalidArgument("it does not say where to begin");
  return { all: true, from };
}

function readPosition(message: ProtobufReader): WirePosition {
  let commit = 0;
  let prepare = 0;
  while (message.next()) {
    if (message.field === 1) commit = message.uint();
    else if (message.field === 2) prepare = message.uint();
    else message.skip();
  }
  return { commit, prepare };
}

function readDirection(value: number): ReadRequest["direction"] {
  if (value > 1) throw invalidArgument(`${value} is no direction`);
  return value === 0 ? "forwards" : "backwards";
}

/** Whatever is not asked for as text comes structured. */
export function readUuidOption(message: ProtobufReader): UuidForm {
  let form: UuidForm = "structured";
  while (message.next()) {
    form = message.field === 2 ? "string" : "structured";
    message.skip();
  }
  return form;
}

function readControlOption(message: ProtobufReader): boolean {
  let compatibility = 0;
  while (message.next()) {
    if (message.field === 1) compatibility = message.uint();
    else message.skip();
  }
  return compatibility >= 1;
}

function skip(message: ProtobufReader): true {
  message.skip();
  return true;
}

function ended<End>(message: ProtobufReader, end: End): End {
  message.skip();
  return end;
}
