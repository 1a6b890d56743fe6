import { machine, time, Unavailable } from "@headwater/core";

/** A query of postgres.js 3.4.9, as far as it is ours to know; it runs when its `handler` is called. */
type Query = {
  handler(query: Query): unknown;
  resolve(value: unknown): unknown;
  reject(error: unknown): unknown;
  /** Null until it was sent. */
  state: Backend | null;
  strings: readonly string[];
  args: readonly unknown[];
};

/** Whom a query was sent to: the process of PostgreSQL that works on it, and what proves that one may stop it. */
export type Backend = { readonly pid: number; readonly secret: number };

export type QueryLimit = {
  readonly patienceMs: number;
  /** Nobody waits for the answer to the query that this one works on. */
  cancel(backend: Backend): void;
  /** It is handed to the pool. */
  onAsk(): void;
  /** PostgreSQL has answered, be it with an error. */
  onAnswer(): void;
  onTrouble(error: unknown): void;
  /** It asked for a table that is not there. */
  onMissed(): void;
  /** Nobody waits for it any more, whatever became of it; once for each that was handed over. */
  onSettled(): void;
};

/** Rolled back for a rival: by a server that is well. */
const rivalry = /^40...$/;

/**
 * Lets a query come to an end whatever happens to it: one that waits for a free connection, or for a server, rejects after a
 * while, and when the request on whose behalf it is asked is not waited for any more. It is told apart from one that was
 * sent: what never was has no effect afterwards either, what was is cancelled.
 */
export function limitQuery(
  given: unknown,
  { patienceMs, cancel, onAsk, onAnswer, onTrouble, onMissed, onSettled }: QueryLimit,
): void {
  if (!isQuery(given)) return;
  const { handler, resolve, reject } = given;
  given.handler = (query) => {
    const wanted = time.currentDeadline()?.signal;
    if (wanted?.aborted) return reject(wanted.reason);
    let isSettled = false;
    function settle(): void {
      if (!isSettled) onSettled();
      isSettled = true;
    }
    function abandon(): void {
      settle();
      if (query.state === null) forget(query);
      else cancel(query.state);
      reject(wanted?.reason);
    }
    function settled(): void {
      settle();
      clearTimeout(timer);
      wanted?.removeEventListener("abort", abandon);
    }
    wanted?.addEventListener("abort", abandon, { once: true });
    const timer = setTimeout(() => {
      settle();
      const wasSent = query.state !== null;
      const what = wasSent ? "PostgreSQL has not answered" : "no connection was free";
      const message = `Cannot go on: ${what} for ${patienceMs} ms`;
      const error = new Unavailable(message, { code: "postgres-unavailable" });
      if (wasSent) onTrouble(error);
      else forget(query);
      reject(error);
    }, patienceMs);
    query.resolve = (value) => {
      settled();
      onAnswer();
      return resolve(value);
    };
    query.reject = (error) => {
      settled();
      const { code } = error as { readonly code?: unknown };
      if (Unavailable.isCauseOf(error) && !rivalry.test(String(code))) onTrouble(error);
      else onAnswer();
      if (machine.isMissingTable(error)) onMissed();
      return reject(code === "57014" ? tooSlow(error) : error);
    };
    onAsk();
    return handler(query);
  };
}

/** It stands in the pool's queue, where it must stay: so that it does nothing when its turn comes. */
function forget(query: Query): void {
  query.strings = ["select 1"];
  query.args = [];
}

function tooSlow(cause: unknown): Unavailable {
  return new Unavailable(`Cannot go on: ${(cause as Error).message}`, { cause });
}

/** Parts of other queries are queries, too, that never run. */
function isQuery(value: unknown): value is Query {
  return value instanceof Promise && "handler" in value && "strings" in value && "state" in value;
}
