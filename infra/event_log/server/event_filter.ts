import { compileRegex } from "./compile_regex.ts";
import type { ProtobufReader } from "./protobuf_reader.ts";
import { invalidArgument } from "./stream_errors.ts";

/** Which events of the whole log a reader wants. */
export type EventFilter = {
  readonly by: "stream" | "type";
  /** Tests the stream's name, or the type. */
  matches(text: string): boolean;
  /** The same filter has the same key. */
  readonly key: string;
};

export type FilterOptions = {
  readonly filter: EventFilter;
  /** After so many events looked at, a subscription is told how far it is. */
  readonly checkpointInterval: number;
};

/** The original's search window where none is asked for. */
const defaultWindow = 32;

/** Streams in which persistent subscriptions to the whole log keep their state: it would feed on itself. */
const hiddenStream = /^\$persistentsubscription-\$all::.*-(checkpoint|parked)$/s;

/** What no reader of the whole log is shown. */
export function isHidden(stream: string): boolean {
  return stream.charCodeAt(0) === 0x24 && hiddenStream.test(stream);
}

/** Reads `FilterOptions`. Errors: `GrpcError` INVALID_ARGUMENT. */
export function readFilterOptions(message: ProtobufReader): FilterOptions {
  let by: EventFilter["by"] | undefined;
  let expression: Expression = { regex: "", prefixes: [] };
  let window = defaultWindow;
  let multiplier = 0;
  while (message.next()) {
    if (message.field === 1 || message.field === 2) {
      by = message.field === 1 ? "stream" : "type";
      expression = readExpression(message.message());
    } else if (message.field === 3) window = message.uint();
    else if (message.field === 5) multiplier = message.uint();
    else message.skip();
  }
  if (!by) throw invalidArgument("the filter says neither stream nor event type");
  if (window === 0) throw invalidArgument("the filter's search window is 0");
  if (multiplier === 0) throw invalidArgument("the filter's checkpoint interval multiplier is 0");
  return { filter: createFilter(by, expression), checkpointInterval: multiplier * window };
}

type Expression = { regex: string; readonly prefixes: string[] };

function readExpression(message: ProtobufReader): Expression {
  const expression: Expression = { regex: "", prefixes: [] };
  while (message.next()) {
    if (message.field === 1) expression.regex = message.string();
    else if (message.field === 2) expression.prefixes.push(message.string());
    else message.skip();
  }
  return expression;
}

function createFilter(by: EventFilter["by"], { regex, prefixes }: Expression): EventFilter {
  const key = JSON.stringify([by, regex, prefixes]);
  if (regex !== "") {
    const pattern = compiled(regex);
    return { by, key, matches: (text) => pattern.test(text) };
  }
  if (prefixes.length === 0) throw invalidArgument("the filter has neither regex nor prefix");
  const [only] = prefixes;
  if (prefixes.length === 1) return { by, key, matches: (text) => text.startsWith(only!) };
  return { by, key, matches: (text) => prefixes.some((prefix) => text.startsWith(prefix)) };
}

function compiled(regex: string): RegExp {
  try {
    return compileRegex(regex);
  } catch {
    throw invalidArgument(`the filter's regex is invalid: ${regex}`);
  }
}
