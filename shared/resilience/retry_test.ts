import { deepEqual, equal, rejects } from "node:assert/strict";
import { DeadlineExceeded, Refusal, time, Unavailable } from "@headwater/core";
import { manualClock } from "@headwater/testing";
import { isSafeToRepeat, type RetryContext, withRetry } from "./retry.ts";

function setUp(overrides: Partial<RetryContext> = {}) {
  const clock = manualClock();
  const context: RetryContext = {
    tries: 3,
    shortestPauseMs: 100,
    longestPauseMs: 1_000,
    signal: new AbortController().signal,
    random: () => 0.5,
    clock,
    ...overrides,
  };
  const triedAt: number[] = [];
  function failing(...errors: Error[]): () => Promise<string> {
    return () => {
      triedAt.push(clock.now());
      const error = errors[triedAt.length - 1];
      return error ? Promise.reject(error) : Promise.resolve("done");
    };
  }
  return { clock, context, triedAt, failing };
}

function down(): Unavailable {
  return new Unavailable("down", { retryAfter: 0 });
}

Deno.test("pauses grow, and the random number decides how much of each is waited", async () => {
  const { clock, context, triedAt, failing } = setUp();
  const call = withRetry(failing(down(), down()), context);
  await clock.advance(10_000);
  equal(await call, "done");
  deepEqual(triedAt, [0, 50, 150]);
});

Deno.test("the last failure is passed on", async () => {
  const { clock, context, triedAt, failing } = setUp();
  const last = down();
  const refused = rejects(
    withRetry(failing(down(), down(), last), context),
    (error) => error === last,
  );
  await clock.advance(10_000);
  await refused;
  equal(triedAt.length, 3);
});

Deno.test("no try comes before the time that the other side asked for", async () => {
  const { clock, context, triedAt, failing } = setUp();
  const call = withRetry(failing(new Unavailable("busy", { retryAfter: 2 })), context);
  await clock.advance(10_000);
  await call;
  deepEqual(triedAt, [0, 2_050]);
});

Deno.test("a failure is passed on at once when no time is left for another try", async () => {
  const { context, triedAt, failing } = setUp();
  const busy = failing(new Unavailable("busy", { retryAfter: 30 }));
  const deadline = { signal: context.signal, remainingMs: () => 10_000 };
  await rejects(time.withinDeadline(deadline, () => withRetry(busy, context)), Unavailable);
  deepEqual(triedAt, [0]);
});

for (
  const error of [
    new Refusal("stock-insufficient", "no"),
    new TypeError("a bug"),
    new Unavailable("open", { code: "circuit-open" }),
    new Unavailable("behind", { code: "read-model-behind" }),
  ]
) {
  Deno.test(`${error.name} "${error.message}" is not tried again`, async () => {
    const { context, triedAt, failing } = setUp();
    await rejects(withRetry(failing(error), context), (thrown) => thrown === error);
    equal(triedAt.length, 1);
  });
}

Deno.test("a try that ran out of time is the last one, whatever was before it", async () => {
  const { clock, context, triedAt, failing } = setUp();
  const late = new DeadlineExceeded("late");
  const refused = rejects(withRetry(failing(down(), late), context), (error) => error === late);
  await clock.advance(10_000);
  await refused;
  equal(triedAt.length, 2);
});

Deno.test("who hangs up during a pause does not wait for its end", async () => {
  const caller = new AbortController();
  const { clock, context, failing } = setUp({ signal: caller.signal });
  const reason = new Error("gone");
  const refused = rejects(withRetry(failing(down()), context), (error) => error === reason);
  await clock.advance(10);
  caller.abort(reason);
  await refused;
  equal(clock.pending(), 0);
});

Deno.test("queries and commands with a key are safe to repeat, other commands are not", () => {
  const url = "http://order/x";
  equal(isSafeToRepeat(new Request(url)), true);
  equal(isSafeToRepeat(new Request(url, { method: "HEAD" })), true);
  equal(isSafeToRepeat(new Request(url, { method: "POST" })), false);
  equal(
    isSafeToRepeat(new Request(url, { method: "POST", headers: { "Idempotency-Key": "k" } })),
    true,
  );
});
