import { DeadlineExceeded, type ServiceClient, time } from "@headwater/core";
import { createBreaker, withDeadline } from "@headwater/resilience";
import { usualPartMs } from "./page.ts";

/** A part that ran out of time is left alone for so long. */
const leftAloneMs = 5_000;

/** One that was late is enough where most are, and one that is not closes it again. */
const alone = {
  failureRatio: 0.51,
  minimumCalls: 1,
  slowMs: false,
  probes: 1,
  mayFail: 0,
  jitter: 0,
} as const;

/** Asks services for parts of pages. */
export type PartClient = {
  /**
   * `usualMs`: what everybody gives this part; `ms`: what is left of that, or of the page's own time.
   * Errors: those of `ServiceClient`, `DeadlineExceeded`, `Unavailable` with `circuit-open`.
   */
  call(
    service: string,
    request: Request,
    options: { readonly usualMs: number; readonly ms: number },
  ): Promise<Response>;
};

/**
 * For the parts of pages: everything that a call costs, its repetitions too, is over in time, which `client` knows by
 * `time.currentDeadline()`. Whoever asks after somebody ran out of time is told so at once, also when hardly anybody asks.
 */
export function partClient(
  client: ServiceClient,
  clock: time.Clock = time.realClock,
): PartClient {
  const breakers = new Map<string, ReturnType<typeof createBreaker>>();

  function breakerOf(service: string) {
    const known = breakers.get(service);
    if (known) return known;
    const breaker = createBreaker(service, {
      ...alone,
      // As long as a call that runs out of time: what was answered before it says nothing, what was meanwhile does
      windowMs: usualPartMs,
      ...{ openMs: leftAloneMs, longestOpenMs: leftAloneMs, probeMs: usualPartMs, clock },
      // Other failures come at once: nobody is spared anything.
      isFailure: (error) => error instanceof DeadlineExceeded,
    });
    breakers.set(service, breaker);
    return breaker;
  }

  return {
    async call(service, request, { usualMs, ms }) {
      return await breakerOf(service).execute(
        () =>
          withDeadline(() => client.call(service, request), {
            ms,
            what: `Cannot show the part of service "${service}"`,
            signal: request.signal,
            clock,
          }),
        {
          // Who gives it less time than others has learned nothing
          countsWhenLate: () => ms >= usualMs,
        },
      );
    },
  };
}
