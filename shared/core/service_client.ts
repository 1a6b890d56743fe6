/** A service as its callers see it; the in-process app and the HTTP client are the same shape. */
export type Service = (request: Request) => Promise<Response>;

/**
 * Reaches the other services by name, wherever they run. The request's URL has the origin `http://<service>`.
 * Guarded: deadline, retries of what is safe to repeat, bulkhead, breaker.
 *
 * Errors: `Unavailable` (down, overloaded, breaker open), `DeadlineExceeded`. Every HTTP answer below 500 is an answer.
 */
export interface ServiceClient {
  /** Sends a request to a service, and gives its answer. */
  call(service: string, request: Request): Promise<Response>;
}
