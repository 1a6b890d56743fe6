import { machine } from "@headwater/core";
import { AsyncLocalStorage } from "node:async_hooks";

/** A span as it was recorded. */
export type RecordedSpan = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  /** Traceparents. */
  readonly links: readonly string[];
  readonly kind: machine.SpanKind;
  name: string;
  attributes: machine.SpanAttributes;
  /** Why it did not end well. */
  failure: string | undefined;
  isOver: boolean;
};

/** A tracer that keeps all spans, in the order in which they began. */
export type RecordingTracer = machine.Tracer & {
  readonly spans: readonly RecordedSpan[];
  /** The same one, whose spans have these attributes, too. */
  with(attributes: machine.SpanAttributes): machine.Tracer;
};

/** Records what engines say they do; ids are numbers. */
export function recordingTracer(): RecordingTracer {
  type Open = machine.Span & Disposable;
  const spans: RecordedSpan[] = [];
  const active = new AsyncLocalStorage<Open>();
  let count = 0;
  const id = (digits: number) => (++count).toString(16).padStart(digits, "0");

  function begin(start: machine.SpanStart): Open {
    const { name, kind = "internal", parent, links = [], attributes = {} } = start;
    const given = machine.readTraceparent(
      parent === undefined ? active.getStore()?.traceparent : parent,
    );
    const [, traceId = id(32), parentId] = given?.split("-") ?? [];
    const span: RecordedSpan = {
      ...{ traceId, spanId: id(16), parentId, links: [...links], kind },
      ...{ name, attributes, failure: undefined, isOver: false },
    };
    spans.push(span);
    return {
      traceparent: `00-${traceId}-${span.spanId}-01`,
      set: (more) => void (span.attributes = { ...span.attributes, ...more }),
      rename: (name) => void (span.name = name),
      fail: (type) => void (span.failure = type),
      [Symbol.dispose]: () => void (span.isOver = true),
    };
  }

  function tracerWith(common: machine.SpanAttributes): machine.Tracer {
    const beginHere = (start: machine.SpanStart) =>
      begin({ ...start, attributes: { ...common, ...start.attributes } });
    return {
      isOn: true,
      current: () => active.getStore() ?? machine.silentTracer.current(),
      begin: beginHere,
      span(start, act) {
        const span = beginHere(start);
        return active.run(span, () => machine.endingWith(span, () => act(span)));
      },
    };
  }
  return { ...tracerWith({}), spans, with: tracerWith };
}
