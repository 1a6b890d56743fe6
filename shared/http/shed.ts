import { type Log, machine } from "@headwater/core";
import type { policy } from "@headwater/resilience";
import type { Context } from "hono";
import { overloadedHeaders, problemResponse } from "./problem.ts";
import { routeOf } from "./http_metrics.ts";

/** How important a request is to whom it was sent first; between services, never a client's word. */
export const priorityHeader = "X-Priority";

const priorities = new Map<string | undefined, policy.Priority>([
  ["critical", "critical"],
  ["normal", "normal"],
  ["best-effort", "best-effort"],
  ["bulk", "bulk"],
]);

/** @internal */
export type SheddingVariables = {
  /** Of a request that is worked on. */
  place?: policy.Place;
  priority?: policy.Priority;
};

const limit = machine.metric({
  kind: "gauge",
  name: "headwater_http_concurrency_limit",
  help: "Requests that are worked on at a time, at most: as many as are answered well",
  labels: ["service"],
});
const worked = machine.metric({
  kind: "gauge",
  name: "headwater_http_requests_worked_on",
  help:
    "Requests that hold a place: those that wait for a read model, and event streams, hold none",
  labels: ["service"],
});
const shedTotal = machine.metric({
  kind: "counter",
  name: "headwater_http_requests_shed_total",
  help: "Requests that were refused since there was too much to do, by priority",
  labels: ["service", "priority", "reason"],
});

/** They are about the process itself: whoever looks after it must not be refused; nor who keeps answers, as that spares us. */
const exempt = /^\/(health\/|metrics$|ops\/|console(\/|$)|views\/changes$)/;
/** Commands of processes finish what was accepted; how many come at a time, their places at us settle. */
const stepPath = "/commands/";
/** Of shedding that goes on, so often is enough. */
const tellEveryMs = 10_000;

/**
 * Refuses with 503, `Retry-After` and `X-Overloaded` what cannot be worked on now, the least important first. What asks
 * for health, numbers or an operator's act passes; what waits for a read model, and an event stream, holds its place for a
 * moment only, and so does a body that is still coming (`whileResting`).
 *
 * `believes`: callers are our own, so that what they say of the priority holds, and commands of processes come from those.
 */
export function shed(
  { shedder, priorityOf, believes, service, meter = machine.silentMeter, logger }: {
    readonly shedder: policy.Shedder;
    priorityOf(c: Context): policy.Priority;
    readonly believes: boolean;
    readonly service: string;
    readonly meter?: machine.Meter | undefined;
    readonly logger: Log;
  },
): (c: Context, next: () => Promise<void>) => Promise<void> {
  meter.observe([limit, worked, shedTotal], (say) => {
    const { running, limit: calls, refused } = shedder.describe();
    say(limit, calls, { service });
    say(worked, running, { service });
    for (const [priority, reasons] of Object.entries(refused)) {
      for (const [reason, count] of Object.entries(reasons)) {
        say(shedTotal, count, { service, priority, reason });
      }
    }
  });
  let toldAt = -Infinity;
  function tell(): void {
    if (performance.now() - toldAt < tellEveryMs) return;
    toldAt = performance.now();
    logger.warn("Refusing requests: there is too much to do", { ...shedder.describe() });
  }

  return async (c, next) => {
    const { method, path } = c.req;
    if (exempt.test(path)) return await next();
    const given = believes ? toldPriority(c) : undefined;
    const priority = given ?? priorityOf(c);
    c.set("priority", priority);
    const entered = shedder.enter(priority, new Entry(c));
    const place = entered instanceof Promise ? await entered : entered;
    if (typeof place === "string") {
      tell();
      const cannot = `Service "${service}" cannot take a request of priority "${priority}"`;
      c.res = overloaded(`${cannot}: ${reasons[place]}`, c);
      return;
    }
    c.set("place", place);
    try {
      await next();
    } finally {
      // What somebody else was too busy for, or was refused at once, says nothing of how much there is to do here
      const signal: AbortSignal | undefined = c.get("signal");
      const isGivenUp = c.res.status === 504 || signal?.aborted === true;
      const saysSomething = isGivenUp || c.res.status < 500;
      place.leave(saysSomething ? `${method} ${routeOf(c)}` : undefined, { isGivenUp });
    }
  };
}

/** Runs what waits for the client, as for its body: nobody works on the request meanwhile. */
export async function whileResting<Result>(
  c: { readonly var: Readonly<SheddingVariables> },
  wait: () => Promise<Result>,
): Promise<Result> {
  const { place } = c.var;
  place?.rest();
  try {
    return await wait();
  } finally {
    place?.resume();
  }
}

function toldPriority({ req }: Context): policy.Priority | undefined {
  return priorities.get(req.header(priorityHeader)) ??
    (req.path.startsWith(stepPath) ? "critical" : undefined);
}

const reasons: Readonly<Record<policy.Refused, string>> = {
  limit: "as many are worked on as can be answered well",
  lag: "everything is answered late",
};

function overloaded(detail: string, c: Context): Response {
  return problemResponse(
    {
      ...{ status: 503, code: "overloaded", detail, limit: "shedding" },
      correlationId: c.get("correlationId"),
    },
    overloadedHeaders(1),
  );
}

/** What a request says of itself as it comes in. Its signal is made when somebody looks at it, which costs more than this. */
class Entry {
  readonly waits: boolean;
  readonly #request: Request;

  constructor(c: Context) {
    this.waits = mayWait(c);
    this.#request = c.req.raw;
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }
}

/** Queries alone wait: a command is work, whatever its client says. */
function mayWait({ req }: Context): boolean {
  return req.method === "GET" &&
    (req.header("X-Min-Position") !== undefined || req.header("Last-Event-ID") !== undefined ||
      (req.header("Accept")?.includes("text/event-stream") ?? false));
}
