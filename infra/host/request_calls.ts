/**
 * Of calls on behalf of requests, in milliseconds: as they were before 2 s and 6 s became usual, with which requests failed
 * while services behind a load balancer were restarted on a machine that was very busy (docs/decisions/0182).
 */
export const requestCalls = { tryMs: 3_000, totalMs: 10_000 } as const;
