import type { CommandAnswer, CommandReceiver, SentCommand } from "./command_message.ts";

/** A service as its callers see it; the in-process app and the HTTP client are the same shape. */
export type Service = ((request: Request) => Promise<Response>) & {
  /** Takes commands without a request; absent: they come as requests. */
  readonly take?: CommandReceiver;
};

/**
 * Reaches the other services by name, wherever they run. The request's URL has the origin `http://<service>`.
 * Guarded: deadline, retries of what is safe to repeat, bulkhead, breaker.
 *
 * Errors: `Unavailable` (down, overloaded, breaker open), `DeadlineExceeded`. Every HTTP answer below 500 is an answer.
 */
export interface ServiceClient {
  /**
   * Sends a request to a service, and gives its answer, without headers that are of one connection only. The request is
   * the client's from then on.
   */
  call(service: string, request: Request): Promise<Response>;
  /**
   * Sends a command without a request, which takes a third of the time; absent: there is no such way. To be called by
   * `machine.sendCommand`, which knows the other one as well.
   */
  send?(service: string, sent: SentCommand): Promise<CommandAnswer>;
}
