import type { ServiceClient } from "@headwater/core";
import type { Upstreams } from "@headwater/gateway";
import { readJson, type Routes, routes } from "@headwater/http";
import type { calls } from "@headwater/resilience";
import { z } from "zod";

/** A process that does not say anything within this time is told of as one that does not answer. */
const longestMs = 2_000;

const isolation = z.object({
  by: z.string(),
  reason: z.string().nullable(),
  since: z.string(),
});
const told = z.strictObject({ target: z.string(), isolation: isolation.nullable() });
const states = z.array(z.object({
  process: z.string(),
  caller: z.string(),
  target: z.string(),
  calls: z.string(),
  breaker: z.enum(["closed", "open", "half-open", "isolated", "unknown"]),
  running: z.number(),
  waiting: z.number(),
  places: z.number(),
  isolation: isolation.nullable(),
}));

/** As `/ops/calls` answers. */
export function callsStates(value: unknown): readonly calls.CallsState[] {
  return states.parse(value);
}

/** The calls of this process, for acts. */
export function ownCalls(
  book: calls.CallBook,
  targets: () => readonly string[],
): Required<calls.OperatedCalls> {
  return {
    targets,
    list: () => Promise.resolve(book.list()),
    isolate(target, { isolation }) {
      if (isolation) book.isolate(target, isolation);
      else book.release(target);
      return Promise.resolve([]);
    },
  };
}

/** What there is to be called, as far as the gateway knows. */
export function targetsOf(
  { services }: { readonly services: readonly { readonly name: string }[] },
  upstreams: Upstreams | undefined,
): readonly string[] {
  return [
    ...services.map(({ name }) => name),
    ...(upstreams?.table().upstreams ?? []).map(({ name }) => name),
  ];
}

/** `POST /ops/calls/follow` of a service: what an operator has decided for all processes, one of which put it on record. */
export function followRoutes(book: calls.CallBook): Routes {
  const app = routes();
  app.post("/ops/calls/follow", async (c) => {
    const { target, isolation } = await readJson(c, told);
    if (isolation) book.isolate(target, isolation);
    else book.release(target);
    return c.json({});
  });
  return app;
}

/** The calls of the process that a gateway runs in, and of services that run elsewhere. */
export function callsOfAll(
  own: Required<calls.OperatedCalls>,
  { services, client }: {
    readonly services: readonly string[];
    /** The bare one: whoever is isolated can be asked as well. */
    readonly client: ServiceClient;
  },
): Required<calls.OperatedCalls> {
  async function ask(
    service: string,
    { path, signal, ...init }: RequestInit & {
      readonly path: string;
      readonly signal: AbortSignal;
    },
  ): Promise<unknown> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(longestMs)]);
    const answer = await client.call(
      service,
      new Request(`http://${service}/ops/calls${path}`, { ...init, signal: limit }),
    );
    const value = await answer.json();
    if (!answer.ok) throw new Error(`"${service}" answers ${answer.status}`);
    return value;
  }
  return {
    targets: own.targets,
    async list(signal) {
      const others = await Promise.all(services.map(async (service) => {
        try {
          return callsStates(await ask(service, { path: "", signal }));
        } catch {
          return [unknown(service)];
        }
      }));
      return [...await own.list(signal), ...others.flat()];
    },
    async isolate(target, options) {
      await own.isolate(target, options);
      const { isolation, signal } = options;
      const body = JSON.stringify({ target, isolation: isolation ?? null });
      const headers = { "Content-Type": "application/json" };
      const outcomes = await Promise.allSettled(
        services.map((service) =>
          ask(service, { path: "/follow", method: "POST", headers, body, signal })
        ),
      );
      return services.filter((_, index) => outcomes[index]?.status === "rejected");
    },
  };
}

function unknown(process: string): calls.CallsState {
  return {
    ...{ process, caller: "-", target: "-", calls: "-", breaker: "unknown" },
    ...{ running: 0, waiting: 0, places: 0, isolation: null },
  };
}
