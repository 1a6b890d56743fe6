import { time } from "@headwater/core";

/** How long to keep trying while the shop is away. */
export type Patience = {
  /** Milliseconds from the first try on; default 30,000. */
  readonly patienceMs?: number;
  /** Ends the trying. */
  readonly signal?: AbortSignal;
};

const longestPauseMs = 500;

/**
 * Sends until there is an answer that is not "try again later": the shop may be starting, busy, or just killed.
 * What is sent must be safe to repeat.
 */
export async function sendPatiently<Answer extends { readonly status: number }>(
  send: () => Promise<Answer>,
  { patienceMs = 30_000, signal }: Patience,
): Promise<Answer> {
  const until = performance.now() + patienceMs;
  for (let pauseMs = 10;; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    signal?.throwIfAborted();
    const outOfPatience = performance.now() + pauseMs >= until;
    try {
      const answer = await send();
      if (outOfPatience || ![503, 504].includes(answer.status)) return answer;
    } catch (error) {
      // What fetch throws when nobody listens or the connection breaks.
      if (outOfPatience || !(error instanceof TypeError)) throw error;
    }
    await time.pause(pauseMs * (0.5 + Math.random() / 2), { signal });
  }
}
