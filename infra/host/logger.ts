import { type Log, machine, time } from "@headwater/core";

/**
 * A log of one line per entry: readable on a terminal, JSON for machines otherwise. What is said on behalf of a request
 * bears its `correlationId`, and its `traceId` where it is in a trace.
 */
export function createLogger(
  {
    level: lowest,
    write = writeToStandardError,
    readable = Deno.stderr.isTerminal(),
    colour = readable && !Deno.noColor,
  }: {
    /** What is below is not written. With `debug` errors come with their stacks. */
    readonly level: machine.LogLevel;
    /** Takes whole lines, each with its line end. Default: the standard error output. */
    readonly write?: (line: string) => void;
    /** Lines for people instead of JSON. Default: whether the standard error output is a terminal. */
    readonly readable?: boolean;
    /** Default: on a terminal, unless NO_COLOR is set. */
    readonly colour?: boolean;
  },
): Log {
  const withStack = lowest === "debug";
  return machine.levelledLog(lowest, (said) => {
    const entry = { ...said, fields: { ...requestFields(), ...said.fields } };
    write(readable ? lineForPeople(entry, { withStack, colour }) : jsonLine(entry, withStack));
  });
}

/** As the traces of the same request name it: https://www.w3.org/TR/trace-context/#traceparent-header */
function requestFields(): Readonly<Record<string, string>> {
  const request = time.currentRequest();
  if (!request) return {};
  const { correlationId, traceparent } = request;
  const traceId = traceparent?.split("-")[1];
  return { correlationId, ...(traceId !== undefined && { traceId }) };
}

function jsonLine({ level, message, fields }: machine.LogEntry, withStack: boolean): string {
  const time = new Date().toISOString();
  return `${json({ ...fields, time, level, message }, withStack)}\n`;
}

const colours = { debug: "\x1b[90m", info: "\x1b[32m", warn: "\x1b[33m", error: "\x1b[31m" };
const dim = "\x1b[2m";
const plain = "\x1b[0m";

function lineForPeople(
  { level, message, fields }: machine.LogEntry,
  { withStack, colour }: { readonly withStack: boolean; readonly colour: boolean },
): string {
  const paint = (code: string, text: string) => colour ? `${code}${text}${plain}` : text;
  const parts = [
    paint(dim, new Date().toISOString().slice(11, 23)),
    paint(colours[level], level.padEnd(5)),
    machine.inOneLine(message),
  ];
  const stacks: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    parts.push(`${paint(dim, `${name}=`)}${shortValue(value)}`);
    if (withStack && value instanceof Error && value.stack) stacks.push(value.stack);
  }
  return `${parts.join(" ")}\n${stacks.map((stack) => `${stack}\n`).join("")}`;
}

function shortValue(value: unknown): string {
  if (value instanceof Error) return json(errorInWords(value));
  if (typeof value === "string" && /^[^\s"=\p{Cc}]+$/u.test(value)) return value;
  return json(value);
}

function errorInWords(error: Error, depth = 0): string {
  const code = "code" in error ? ` ${error.code}` : "";
  const { cause } = error;
  const because = cause instanceof Error && depth < 5
    ? ` (cause: ${errorInWords(cause, depth + 1)})`
    : "";
  return `${error.name}${code}: ${error.message}${because}`;
}

/** Of any value: an error shows what it is, and what JSON cannot express becomes text. */
function json(value: unknown, withStack = false): string {
  function expressible(inner: unknown, above: readonly unknown[]): unknown {
    if (typeof inner === "bigint" || typeof inner === "symbol") return String(inner);
    if (typeof inner !== "object" || inner === null) return inner;
    if (above.includes(inner)) return "(circular)";
    if ("toJSON" in inner && typeof inner.toJSON === "function") return inner.toJSON();
    const path = [...above, inner];
    if (Array.isArray(inner)) return inner.map((item) => expressible(item, path));
    const shown = inner instanceof Error ? describeError(inner, withStack) : inner;
    return Object.fromEntries(
      Object.entries(shown).map(([name, item]) => [name, expressible(item, path)]),
    );
  }
  return JSON.stringify(expressible(value, [])) ?? "undefined";
}

function describeError(error: Error, withStack: boolean): object {
  const { name, message, stack, cause } = error;
  const code = "code" in error ? error.code : undefined;
  return { name, message, code, stack: withStack ? stack : undefined, cause };
}

const encoder = new TextEncoder();

function writeToStandardError(line: string): void {
  let rest = encoder.encode(line);
  while (rest.length > 0) rest = rest.subarray(Deno.stderr.writeSync(rest));
}
