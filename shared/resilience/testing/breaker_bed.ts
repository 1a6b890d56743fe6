import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { Unavailable } from "@headwater/core";
import { type BreakerOptions, createBreaker } from "../breaker.ts";
import { virtualClock } from "@headwater/testing";

/** A breaker, by a clock that a test turns, and chance that is always in the middle. */
export function breakerBed(options: Partial<BreakerOptions> = {}) {
  const clock = virtualClock();
  const breaker = createBreaker("payment", {
    ...{ clock, probeMs: 2_000, random: () => 0.5, ...options },
  });
  async function answer(status: number, times = 1): Promise<void> {
    for (let time = 0; time < times; time++) {
      equal((await breaker.execute(() => answerOf(status))).status, status);
    }
  }
  async function fail(error: Error = down, times = 1): Promise<void> {
    for (let time = 0; time < times; time++) {
      await rejects(breaker.execute(() => Promise.reject(error)), (thrown) => thrown === error);
    }
  }
  async function refused(retryAfter: number): Promise<void> {
    const isRefusal = (error: unknown) => {
      ok(error instanceof Unavailable);
      deepEqual([error.code, error.limit, error.retryAfter], [
        ...["circuit-open", "breaker", retryAfter],
      ]);
      return true;
    };
    throws(breaker.assertPasses, isRefusal);
    await rejects(breaker.execute(() => Promise.reject(new Error("was called"))), isRefusal);
  }
  /** Calls that have begun and not ended yet. */
  function begin(times: number, signal?: AbortSignal) {
    return Array.from({ length: times }, () => {
      const { promise, resolve, reject } = Promise.withResolvers<Response>();
      const ended = breaker.execute(() => promise, { signal });
      ended.catch(() => {});
      return {
        async works() {
          resolve(new Response());
          await ended;
        },
        async fails(error: unknown = down) {
          reject(error);
          await rejects(ended);
        },
      };
    });
  }
  return { clock, breaker, answer, fail, refused, begin };
}

/** A failure of the target. */
export const down = new Unavailable("down");

function answerOf(status: number): Promise<Response> {
  return Promise.resolve(new Response(null, { status }));
}
