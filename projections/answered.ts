import { Unavailable } from "@headwater/shared/ports/unavailable";

/** Longer than a statement of ours takes, also behind a rival's locks. */
const silenceMs = 10_000;

/**
 * Gives up on PostgreSQL when it says nothing for a while; `alive` tells that it has said something.
 *
 * postgres.js 3.4.9 never settles a query that it sent between the error and the closing of its connection. A statement
 * that is given up on may still take effect: those of workers are guarded by the checkpoint, so that this is harmless.
 *
 * Errors: `Unavailable` with code `postgres-unavailable`, those of `work`.
 */
export async function answered<Result>(
  work: (alive: () => void) => Promise<Result>,
): Promise<Result> {
  const { promise: silence, reject } = Promise.withResolvers<never>();
  const giveUp = () =>
    reject(
      new Unavailable(`Cannot go on: PostgreSQL has said nothing for ${silenceMs} ms`, {
        code: "postgres-unavailable",
      }),
    );
  let timer = setTimeout(giveUp, silenceMs);
  function alive(): void {
    clearTimeout(timer);
    timer = setTimeout(giveUp, silenceMs);
  }
  try {
    return await Promise.race([work(alive), silence]);
  } finally {
    clearTimeout(timer);
  }
}
