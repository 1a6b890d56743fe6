import { machine } from "@headwater/core";
import {
  type Context,
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from "@opentelemetry/api";

const kinds: Readonly<Record<machine.SpanKind, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/** True in a process that was started with `OTEL_DENO=true`. */
export function isTraced(): boolean {
  return trace.getTracerProvider() === Deno.telemetry.tracerProvider;
}

/**
 * Leaves spans with the OpenTelemetry of this Deno, which sends them where `OTEL_EXPORTER_OTLP_ENDPOINT` says; silent
 * unless the process was started with `OTEL_DENO=true`. `service`: whose spans they are, which in a process of many its
 * resource does not tell.
 */
export function openTelemetryTracer(service?: string): machine.Tracer {
  if (!isTraced()) return machine.silentTracer;
  const tracer = trace.getTracer("headwater");

  function begin(start: machine.SpanStart): { readonly own: Span; readonly around: Context } {
    const { name, kind = "internal", parent, links = [], attributes = {}, beganAt } = start;
    const around = parent === undefined ? context.active() : contextOf(parent);
    const own = tracer.startSpan(name, {
      kind: kinds[kind],
      attributes: given({ ...attributes, "headwater.service": service }),
      links: [...links].flatMap((link) => contextIn(link) ?? []).map((context) => ({ context })),
      ...(beganAt !== undefined && { startTime: beganAt }),
    }, around);
    return { own, around };
  }

  return {
    isOn: true,
    current() {
      const own = trace.getActiveSpan();
      return own ? asSpan(own) : machine.silentTracer.current();
    },
    begin: (start) => asSpan(begin(start).own),
    span(start, act) {
      const { own, around } = begin(start);
      const span = asSpan(own);
      return context.with(
        trace.setSpan(around, own),
        () => machine.endingWith(span, () => act(span)),
      );
    },
  };
}

function asSpan(own: Span): machine.Span & Disposable {
  const known = own.spanContext();
  return {
    traceparent: isSpanContextValid(known) ? traceparentOf(known) : undefined,
    set: (attributes) => void own.setAttributes(given(attributes)),
    rename: (name) => void own.updateName(name),
    fail(type) {
      own.setAttribute("error.type", type);
      own.setStatus({ code: SpanStatusCode.ERROR });
    },
    [Symbol.dispose]: () => own.end(),
  };
}

function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${
    (traceFlags & TraceFlags.SAMPLED).toString(16).padStart(2, "0")
  }`;
}

/** Undefined: it is none. */
function contextIn(traceparent: string): SpanContext | undefined {
  const [, traceId, spanId, flags] = machine.readTraceparent(traceparent)?.split("-") ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true };
}

function contextOf(parent: string | null): Context {
  const found = parent === null ? undefined : contextIn(parent);
  return found ? trace.setSpanContext(ROOT_CONTEXT, found) : ROOT_CONTEXT;
}

function given(attributes: machine.SpanAttributes): Record<string, string | number | boolean> {
  const all: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) all[name] = value;
  }
  return all;
}
