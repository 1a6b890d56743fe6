import { DeadlineExceeded, type ServiceClient, time } from "@headwater/core";
import { createBreaker, preferredWaitSeconds, withDeadline } from "@headwater/resilience";

/** What a page gives each of its parts: a customer who looks at it waits no longer. */
const budgetMs = 2_000;

/** A part that ran out of time is left alone for so long. */
const leftAloneMs = 5_000;

/**
 * For the parts of a page: everything that a call costs, its repetitions too, is over within two seconds, and the wait
 * for a read model that the client asked for. Whoever asks after somebody ran out of time is told so at once, also when
 * hardly anybody asks.
 *
 * Errors: those of `client`, `DeadlineExceeded`, `Unavailable` with `circuit-open`.
 */
export function partClient(
  client: ServiceClient,
  clock: time.Clock = time.realClock,
): ServiceClient {
  const breakers = new Map<string, ReturnType<typeof createBreaker>>();

  function breakerOf(service: string) {
    const known = breakers.get(service);
    if (known) return known;
    const breaker = createBreaker(service, {
      failureRatio: 0.5,
      minimumCalls: 1,
      // As long as a call that runs out of time: what was answered before it says nothing, what was meanwhile does
      windowMs: budgetMs,
      openMs: leftAloneMs,
      probeMs: budgetMs,
      clock,
      // Other failures come at once: nobody is spared anything.
      weightOf: (error) => error instanceof DeadlineExceeded ? 1 : 0,
    });
    breakers.set(service, breaker);
    return breaker;
  }

  return {
    async call(service, request) {
      const waitMs = request.headers.has("X-Min-Position")
        ? preferredWaitSeconds(request.headers) * 1_000
        : 0;
      return await breakerOf(service).execute(() =>
        withDeadline((signal) => client.call(service, new Request(request, { signal })), {
          ms: budgetMs + waitMs,
          what: `Cannot show the part of service "${service}"`,
          signal: request.signal,
          clock,
        })
      );
    },
  };
}
