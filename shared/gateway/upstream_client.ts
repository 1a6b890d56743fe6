import { DeadlineExceeded, type time, Unavailable } from "@headwater/core";
import {
  type BreakerState,
  createBreaker,
  createBulkhead,
  type MeasuredTarget,
  withDeadline,
} from "@headwater/resilience";
import type { Upstream } from "./route_table.ts";
import type { Upstreams } from "./upstreams.ts";

/** Reaches one system that is not ours. */
export type UpstreamClient = {
  /**
   * Sends a request once. The answer's body is not here yet, and holds nobody's place.
   * Errors: `Unavailable`, `DeadlineExceeded`.
   */
  call(request: Request, options: {
    readonly timeoutMs: number;
    /** What an error comes from, where that is not the upstream. */
    explain(error: unknown): unknown;
  }): Promise<Response>;
  state(): BreakerState;
  /** For operators: how it stands with it. */
  describe(): MeasuredTarget;
};

/** As those of the client of services: half of so many calls within so long. */
const failures = { failureRatio: 0.5, minimumCalls: 10, windowMs: 10_000 };

/** A client with places and a breaker of its own; nothing is repeated, for nobody knows what that would do there. */
export function createUpstreamClient(
  { name, running, waiting, openMs, timeoutMs: usualMs }: Upstream,
  { send, clock }: Pick<Upstreams, "send"> & { readonly clock: time.Clock },
): UpstreamClient {
  const bulkhead = createBulkhead(name, { running, waiting, longestWaitMs: usualMs, clock });
  const breaker = createBreaker(name, {
    ...failures,
    openMs,
    probeMs: usualMs,
    clock,
    weightOf: (error) => error instanceof Unavailable || error instanceof DeadlineExceeded ? 1 : 0,
  });
  return {
    call(request, { timeoutMs, explain }) {
      async function once(): Promise<Response> {
        try {
          return await withDeadline((signal) => send(new Request(request, { signal }), name), {
            ms: timeoutMs,
            what: `Cannot call upstream "${name}"`,
            signal: request.signal,
            clock,
          });
        } catch (error) {
          throw explain(error);
        }
      }
      return bulkhead.execute(() => breaker.execute(once), request.signal);
    },
    state: breaker.state,
    describe: () => ({
      ...{ target: name, calls: "all", breaker: breaker.state() },
      ...bulkhead.describe(),
    }),
  };
}
