import { time } from "@headwater/core";
import { z } from "zod";

/** A span as it was sent to a collector. */
export type CollectedSpan = {
  /** Of the process: `service.name`. */
  readonly process: string;
  readonly name: string;
  readonly kind: "internal" | "server" | "client" | "producer" | "consumer";
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined: it begins its trace. */
  readonly parentId: string | undefined;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly beganAt: number;
  readonly endedAt: number;
  readonly hasFailed: boolean;
};

/** Takes what OpenTelemetry sends, until it is disposed. */
export type TraceCollector = AsyncDisposable & {
  /** With which a process is started that sends its spans here, soon after they end. */
  readonly env: Readonly<Record<string, string>>;
  /** As they have come. */
  readonly spans: readonly CollectedSpan[];
  /** The spans, once these make `isEnough` true. */
  until(isEnough: (spans: readonly CollectedSpan[]) => boolean): Promise<readonly CollectedSpan[]>;
};

const kinds = ["internal", "internal", "server", "client", "producer", "consumer"] as const;
const attributes = z.array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }));
const place = { traceId: z.string(), spanId: z.string() };
/** As in OTLP's JSON, as far as it is looked at. */
const sentSpans = z.object({
  resourceSpans: z.array(z.object({
    resource: z.object({ attributes }),
    scopeSpans: z.array(z.object({
      spans: z.array(z.object({
        ...{ ...place, parentSpanId: z.string(), name: z.string(), kind: z.int(), attributes },
        ...{ startTimeUnixNano: z.string(), endTimeUnixNano: z.string() },
        links: z.array(z.object(place)),
        status: z.object({ code: z.int() }),
      })),
    })),
  })),
});

/** Where others use the machine, too. */
const waitMs = 120_000;

/** A collector on a free port. */
export function traceCollector(): TraceCollector {
  const spans: CollectedSpan[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  let arrived = { promise, resolve };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const body: unknown = await request.json();
    if (new URL(request.url).pathname === "/v1/traces") spans.push(...spansIn(body));
    arrived.resolve();
    arrived = Promise.withResolvers();
    return Response.json({});
  });
  return {
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
      OTEL_BSP_SCHEDULE_DELAY: "100",
    },
    spans,
    async until(isEnough) {
      const late = new AbortController();
      const signal = AbortSignal.any([late.signal, AbortSignal.timeout(waitMs)]);
      while (!isEnough(spans)) {
        await Promise.race([arrived.promise, time.aborted(signal)]);
        if (signal.aborted) throw new Error(`Cannot see the spans awaited: ${spans.length} came`);
      }
      late.abort();
      return spans;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function spansIn(body: unknown): CollectedSpan[] {
  return sentSpans.parse(body).resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const process = textsOf(resource.attributes)["service.name"] ?? "";
    return scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        process,
        ...{ name: span.name, traceId: span.traceId, spanId: span.spanId, links: span.links },
        kind: kinds[span.kind] ?? "internal",
        parentId: span.parentSpanId || undefined,
        attributes: textsOf(span.attributes),
        beganAt: Number(span.startTimeUnixNano) / 1e6,
        endedAt: Number(span.endTimeUnixNano) / 1e6,
        hasFailed: span.status.code === 2,
      }))
    );
  });
}

function textsOf(given: z.output<typeof attributes>): Record<string, string> {
  return Object.fromEntries(given.map(({ key, value }) => [key, String(Object.values(value)[0])]));
}
