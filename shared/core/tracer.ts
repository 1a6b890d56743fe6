import type { EventMetadata } from "./event.ts";
import { Refusal } from "./refusal.ts";

/** How a span stands to what is around it, as OpenTelemetry has it. */
export type SpanKind = "internal" | "server" | "client" | "producer" | "consumer";

/** What is known of a span, by names of OpenTelemetry's conventions where they have one; undefined: it is left out. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** What begins. */
export type SpanStart = {
  /** Few of them: no ids. */
  readonly name: string;
  /** Default: internal. */
  readonly kind?: SpanKind;
  /**
   * The `traceparent` of what it follows from; null: it begins a trace. Default: the span in which this runs. What is no
   * traceparent is taken for none.
   */
  readonly parent?: string | null | undefined;
  /** Traceparents of what else led to it: where many things are done at once, none of them is its parent. */
  readonly links?: Iterable<string>;
  readonly attributes?: SpanAttributes;
  /** When it began, milliseconds since 1970; default: now. */
  readonly beganAt?: number | undefined;
};

/** Something that takes its time. */
export interface Span {
  /** To be handed on to what follows from it, as W3C Trace Context has it; undefined: nobody listens. */
  readonly traceparent: string | undefined;
  /** Says more of it. */
  set(attributes: SpanAttributes): void;
  /** Calls it otherwise, once more is known. */
  rename(name: string): void;
  /** It did not end well; `type`: of few, a name of an error or a status. */
  fail(type: string): void;
}

/** Where engines leave what they do, as spans of traces. It costs next to nothing where nobody listens. */
export interface Tracer {
  /** False: nobody listens, and nothing need be got ready for them. */
  readonly isOn: boolean;
  /** The span in which this runs; one without a traceparent where there is none. */
  current(): Span;
  /** Begins one that ends when it is disposed; what happens meanwhile does not run in it. */
  begin(start: SpanStart): Span & Disposable;
  /** Runs `act`, and all that it calls and awaits, in a span that ends as it does. */
  span<Result>(start: SpanStart, act: (span: Span) => Promise<Result>): Promise<Result>;
}

const silentSpan: Span & Disposable = {
  traceparent: undefined,
  set() {},
  rename() {},
  fail() {},
  [Symbol.dispose]() {},
};

/** Listens to nothing. */
export const silentTracer: Tracer = {
  isOn: false,
  current: () => silentSpan,
  begin: () => silentSpan,
  span: (_start, act) => act(silentSpan),
};

/** W3C Trace Context, version 00; ids of zeros only are invalid there. */
const wellFormed = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The same text where it is a `traceparent` as we make them; whoever sends another one is in no trace. */
export function readTraceparent(text: string | null | undefined): string | undefined {
  return typeof text === "string" && wellFormed.test(text) ? text : undefined;
}

/** What a span that failed with this says of it: of few, and nothing of what was asked. */
export function failureType(error: unknown): string {
  if (!(error instanceof Error)) return "_OTHER";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** For adapters: the end of a span is the end of what `act` gives, and how that ended is said of it. */
export function endingWith<Result>(
  span: Span & Disposable,
  act: () => Promise<Result>,
): Promise<Result> {
  return Promise.try(act).then((result) => {
    span[Symbol.dispose]();
    return result;
  }, (error) => {
    // An answer like others
    if (error instanceof Refusal) span.set({ "headwater.refusal": error.code });
    else span.fail(failureType(error));
    span[Symbol.dispose]();
    throw error;
  });
}

/** What lines of the log have of whatever an event led to: the ids of the request that all of it follows from. */
export function logIds(
  { $correlationId, traceparent }: Partial<Pick<EventMetadata, "$correlationId" | "traceparent">>,
): { readonly correlationId?: string; readonly traceId?: string } {
  const traceId = readTraceparent(traceparent)?.split("-")[1];
  return {
    ...($correlationId !== undefined && { correlationId: $correlationId }),
    ...(traceId !== undefined && { traceId }),
  };
}
