import { DeadlineExceeded, time, Unavailable } from "@headwater/core";
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
    /** How long it takes is for its client to say, whose body goes on as it comes. */
    readonly isUpload: boolean;
    /** What an error comes from, where that is not the upstream. */
    explain(error: unknown): unknown;
  }): Promise<Response>;
  state(): BreakerState;
  /** For operators: how it stands with it. */
  describe(): MeasuredTarget;
  /** Refuses all requests until it is released. */
  isolate(): void;
  release(): void;
};

/** As long as calls to services wait for their turn. */
export const longestWaitMs = 2_000;
/** It is left alone twice as long each time that it fails again, up to so long. */
const usualLongestMs = 60_000;

/** A client with places and a breaker of its own; nothing is repeated, for nobody knows what that would do there. */
export function createUpstreamClient(
  { name, running, waiting, openMs, timeoutMs: usualMs, slowMs }: Upstream,
  { send, clock }: Pick<Upstreams, "send"> & { readonly clock: time.Clock },
): UpstreamClient {
  const bulkhead = createBulkhead(name, { running, waiting, longestWaitMs, clock });
  const breaker = createBreaker(name, {
    ...{ openMs, longestOpenMs: Math.max(openMs, usualLongestMs), probeMs: usualMs, clock },
    slowMs,
    isFailure: (error) => error instanceof Unavailable || error instanceof DeadlineExceeded,
  });
  return {
    call(request, { timeoutMs, isUpload, explain }) {
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
      const { signal } = request;
      breaker.assertPasses();
      return bulkhead.execute(() => {
        const leftMs = time.currentDeadline()?.remainingMs() ?? Infinity;
        return breaker.execute(once, {
          signal,
          // Who gave it less time than it may take has learned nothing
          countsWhenLate: () => leftMs >= timeoutMs,
          // A route that is slow by its nature says so in the table: its timeout
          waitsMs: isUpload ? timeoutMs : Math.max(0, timeoutMs - usualMs),
        });
      }, signal);
    },
    state: breaker.state,
    isolate: breaker.isolate,
    release: breaker.release,
    describe: () => ({
      ...{ target: name, calls: "all", breaker: breaker.state() },
      ...bulkhead.describe(),
    }),
  };
}
