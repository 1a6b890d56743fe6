import type { ProtobufReader } from "../grpc/protobuf_reader.ts";
import { type EventFilter, eventFilter, type FilterExpression } from "../streams/event_filter.ts";
import { invalidArgument } from "./stream_errors.ts";

export type FilterOptions = {
  readonly filter: EventFilter;
  /** After so many events looked at, a subscription is told how far it is. 0: the client does not want to subscribe. */
  readonly checkpointInterval: number;
};

/** The original's search window where none is asked for. */
const defaultWindow = 32;

/** Reads `FilterOptions`. Errors: `GrpcError` INVALID_ARGUMENT. */
export function readFilterOptions(message: ProtobufReader): FilterOptions {
  let by: EventFilter["by"] | undefined;
  let expression: FilterExpression = { regex: "", prefixes: [] };
  let window: number | undefined;
  let multiplier = 0;
  while (message.next()) {
    if (message.field === 1 || message.field === 2) {
      by = message.field === 1 ? "stream" : "type";
      expression = readExpression(message.message());
    } else if (message.field === 3) window = message.uint();
    else if (message.field === 4) {
      message.skip();
      window = defaultWindow;
    } else if (message.field === 5) multiplier = message.uint();
    else message.skip();
  }
  if (!by) throw invalidArgument("the filter says neither stream nor event type");
  if (window === undefined) throw invalidArgument("the filter says neither max nor count");
  if (window === 0) throw invalidArgument("the filter's max is 0, allowed: 1 or more");
  return { filter: requestedFilter(by, expression), checkpointInterval: multiplier * window };
}

function readExpression(message: ProtobufReader): FilterExpression {
  const expression = { regex: "", prefixes: [] as string[] };
  while (message.next()) {
    if (message.field === 1) expression.regex = message.string();
    else if (message.field === 2) expression.prefixes.push(message.string());
    else message.skip();
  }
  return expression;
}

/** The filter that a client asked for. Errors: `GrpcError` INVALID_ARGUMENT. */
export function requestedFilter(by: EventFilter["by"], expression: FilterExpression): EventFilter {
  try {
    return eventFilter(by, expression);
  } catch {
    throw invalidArgument(`the filter's regex is invalid: ${expression.regex}`);
  }
}
