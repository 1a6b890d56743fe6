import { Unavailable } from "@headwater/core";

/** Longer than a small statement takes, also behind a rival's locks. */
const usualPatienceMs = 10_000;

/**
 * Gives up on PostgreSQL when it has not answered for a while.
 *
 * postgres.js 3.4.9 has left queries unsettled. A statement that is given up on may still take effect: those of workers
 * are guarded by the checkpoint, so that this is harmless.
 *
 * Errors: `Unavailable` with code `postgres-unavailable`, those of `work`.
 */
export async function answered<Result>(
  work: () => PromiseLike<Result>,
  { patienceMs = usualPatienceMs }: { readonly patienceMs?: number } = {},
): Promise<Result> {
  const { promise: silence, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () =>
      reject(
        new Unavailable(`Cannot go on: PostgreSQL has not answered for ${patienceMs} ms`, {
          code: "postgres-unavailable",
        }),
      ),
    patienceMs,
  );
  try {
    return await Promise.race([work(), silence]);
  } finally {
    clearTimeout(timer);
  }
}
