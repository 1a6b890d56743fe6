/**
 * Of calls on behalf of requests, in milliseconds: as they were before 2 s and 6 s became usual, with which requests failed
 * while services behind a load balancer were restarted on a machine that was very busy (docs/decisions/0182). Who waits for
 * a place waits for longer than one call may hang: a target that stands still for a moment, as others start beside it, has
 * all of its places taken, and nobody who comes meanwhile is too much. What is late but comes in time is an answer: by it no
 * circuit opens, for where all is slow, those who are refused are not helped.
 */
export const requestCalls = {
  tryMs: 3_000,
  totalMs: 10_000,
  bulkhead: { longestWaitMs: 3_500 },
  breaker: { slowMs: false },
} as const;
