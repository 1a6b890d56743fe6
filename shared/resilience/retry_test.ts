import { deepEqual, equal, rejects } from "node:assert/strict";
import { DeadlineExceeded, Refusal, time, Unavailable } from "@headwater/core";
import { manualClock } from "@headwater/testing";
import { type RetryContext, withRetry } from "./retry.ts";
import { retryBudget } from "./retry_budget.ts";

function setUp(overrides: Partial<RetryContext<string>> = {}) {
  const clock = manualClock();
  const context: RetryContext<string> = {
    tries: 3,
    shortestPauseMs: 100,
    throttledPauseMs: 500,
    longestPauseMs: 2_000,
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
  const late = new DeadlineExceeded("late", { limit: "attempt" });
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

Deno.test("a target that has too much to do is left alone for longer", async () => {
  const { clock, context, triedAt, failing } = setUp();
  const busy = () => new Unavailable("busy", { code: "overloaded", retryAfter: 0 });
  const call = withRetry(failing(busy(), busy()), context);
  await clock.advance(10_000);
  equal(await call, "done");
  deepEqual(triedAt, [0, 250, 750]);
});

Deno.test("pauses grow to two seconds and no further", async () => {
  const { clock, context, triedAt, failing } = setUp({ tries: 9, random: () => 0.999 });
  const call = withRetry(failing(...Array.from({ length: 8 }, down)), context);
  await clock.advance(60_000);
  await call;
  deepEqual(
    triedAt.slice(1).map((at, index) => Math.round(at - triedAt[index]!)),
    [100, 200, 400, 799, 1_598, 1_998, 1_998, 1_998],
  );
});

Deno.test("a time of the target's own that has run out is tried again, one of the caller's is not", async () => {
  const { clock, context, triedAt, failing } = setUp();
  const call = withRetry(failing(new DeadlineExceeded("theirs")), context);
  await clock.advance(10_000);
  equal(await call, "done");
  equal(triedAt.length, 2);
});

Deno.test("an answer that asks for it is tried again, and is the answer where it stays so", async () => {
  const { clock, context } = setUp();
  const asks = { ofAnswer: () => ({ retryAfter: 1, isThrottled: true }) };
  let tries = 0;
  const call = withRetry(() => Promise.resolve(`busy ${++tries}`), { ...context, ...asks });
  await clock.advance(10_000);
  equal(await call, "busy 3");
});

Deno.test("who was refused for good is told which limit it was", async () => {
  for (
    const [limit, overrides] of [
      ["tries", {}],
      ["total", { leftMs: () => 10 }],
      ["budget", { budget: retryBudget({ leastBudget: 0, now: () => 0 }) }],
    ] as const
  ) {
    const { clock, context, failing } = setUp(overrides);
    const refused = rejects(
      withRetry(failing(down(), down(), down()), context),
      (error) => error instanceof Unavailable && error.limit === limit,
    );
    await clock.advance(10_000);
    await refused;
  }
});

Deno.test("a target that refuses what is too much may take it later", async () => {
  const { clock, context, triedAt, failing } = setUp();
  const shed = () => new Unavailable("busy", { code: "overloaded", limit: "shedding" });
  const once = withRetry(failing(shed()), context);
  await clock.advance(10_000);
  equal(await once, "done");
  triedAt.length = 0;
  const refused = rejects(
    withRetry(failing(shed(), shed(), shed()), context),
    // Whoever has asked us need not try it all again
    { code: "overloaded", limit: "tries" },
  );
  await clock.advance(20_000);
  await refused;
  equal(triedAt.length, 3);
});

Deno.test("what a target has met with when it asked others is not tried again on top of that", async () => {
  for (const limit of ["breaker", "bulkhead", "budget", "tries"] as const) {
    const { context, triedAt, failing } = setUp();
    await rejects(withRetry(failing(new Unavailable("below", { limit })), context), Unavailable);
    equal(triedAt.length, 1);
  }
});

const inDoubt = {
  lost: () => new Unavailable("lost", { code: "service-answer-lost", retryAfter: 0 }),
  written: () => new Unavailable("away", { code: "event-store-unavailable", retryAfter: 0 }),
  late: () => new DeadlineExceeded("late"),
};

for (const [what, error] of Object.entries(inDoubt)) {
  Deno.test(`what may have happened is not told as what surely has not: ${what}`, async () => {
    const { clock, context, failing } = setUp();
    const inDoubt = error();
    const refused = rejects(
      withRetry(failing(inDoubt, down(), down()), context),
      (thrown) => thrown === inDoubt,
    );
    await clock.advance(10_000);
    await refused;
  });

  Deno.test(`nor as an answer that asks to be asked again: ${what}`, async () => {
    const { clock, context } = setUp();
    const inDoubt = error();
    let tries = 0;
    const refused = rejects(
      withRetry(() => ++tries === 1 ? Promise.reject(inDoubt) : Promise.resolve("busy"), {
        ...context,
        ofAnswer: () => ({ retryAfter: 0, isThrottled: true }),
      }),
      (thrown) => thrown === inDoubt,
    );
    await clock.advance(10_000);
    await refused;
  });

  Deno.test(`of what changes nothing the last word counts: ${what}`, async () => {
    const { clock, context, failing } = setUp({ changesNothing: true });
    const last = down();
    const refused = rejects(
      withRetry(failing(error(), down(), last), context),
      (thrown) => thrown === last,
    );
    await clock.advance(10_000);
    await refused;
  });
}

Deno.test("who has gone when an attempt fails takes nothing of what may be tried again", async () => {
  const budget = retryBudget({ now: () => 0 });
  const caller = new AbortController();
  const { context } = setUp({ budget, signal: caller.signal });
  const reason = new Error("gone");
  const refused = withRetry(() => {
    caller.abort(reason);
    return Promise.reject(down());
  }, context);
  await rejects(refused, reason);
  equal(budget.describe().repetitions, 0);
});
