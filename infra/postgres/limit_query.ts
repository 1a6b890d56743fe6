import { Unavailable } from "@headwater/core";

/** A query of postgres.js 3.4.9, as far as it is ours to know; it runs when its `handler` is called. */
type Query = {
  handler(query: Query): unknown;
  resolve(value: unknown): unknown;
  reject(error: unknown): unknown;
  /** Null until it was sent. */
  state: unknown;
  strings: readonly string[];
  args: readonly unknown[];
};

export type QueryLimit = {
  readonly patienceMs: number;
  /** PostgreSQL has answered, be it with an error. */
  onAnswer(): void;
  onTrouble(error: unknown): void;
};

/** Rolled back for a rival: by a server that is well. */
const rivalry = /^40...$/;

/**
 * Lets a query come to an end whatever happens to it: one that waits for a free connection, or for a server, rejects after a while. It is told apart
 * from one that was sent: what never was has no effect afterwards either.
 */
export function limitQuery(
  given: unknown,
  { patienceMs, onAnswer, onTrouble }: QueryLimit,
): void {
  if (!isQuery(given)) return;
  const { handler, resolve, reject } = given;
  given.handler = (query) => {
    const timer = setTimeout(() => {
      const wasSent = query.state !== null;
      const what = wasSent ? "PostgreSQL has not answered" : "no connection was free";
      const message = `Cannot go on: ${what} for ${patienceMs} ms`;
      const error = new Unavailable(message, { code: "postgres-unavailable" });
      if (wasSent) onTrouble(error);
      else forget(query);
      reject(error);
    }, patienceMs);
    query.resolve = (value) => {
      clearTimeout(timer);
      onAnswer();
      return resolve(value);
    };
    query.reject = (error) => {
      clearTimeout(timer);
      const { code } = error as { readonly code?: unknown };
      if (Unavailable.isCauseOf(error) && !rivalry.test(String(code))) onTrouble(error);
      else onAnswer();
      return reject(code === "57014" ? tooSlow(error) : error);
    };
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
