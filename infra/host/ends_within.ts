import { type Log, time } from "@headwater/core";

/** Does something at the end, and goes on without it when it takes too long: something may hang that it waits for. */
export async function endsWithin(
  ms: number,
  { what, end, logger }: {
    readonly what: string;
    end(): PromiseLike<unknown>;
    readonly logger: Log;
  },
): Promise<void> {
  const over = new AbortController();
  let isOver = false;
  const ending = Promise.try(end).catch((error) =>
    logger.warn("Something did not end well", { what, error })
  ).finally(() => {
    isOver = true;
    over.abort();
  });
  await Promise.race([ending, time.pause(ms, { signal: over.signal })]);
  if (!isOver) logger.warn("Something did not end in time: going on without it", { what, ms });
}
