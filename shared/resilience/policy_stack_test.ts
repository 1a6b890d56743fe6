import { deepEqual, equal, rejects } from "node:assert/strict";
import { DeadlineExceeded, time, Unavailable } from "@headwater/core";
import { manualClock } from "@headwater/testing";
import { policyStack, type StackSettings } from "./policy_stack.ts";

function setUp(settings: StackSettings = {}) {
  const clock = manualClock();
  const stack = policyStack("payment", { random: () => 0.5, clock, ...settings });
  return { clock, stack };
}

const once = { bulkhead: { running: 1, leastRunning: 1, waiting: 1, longestWaitMs: 1_000 } };

Deno.test("a function is told its signal and which attempt it is, and its answer is passed on", async () => {
  const { clock, stack } = setUp();
  const told: unknown[] = [];
  const answer = await stack.execute((signal, attempt) => {
    told.push(signal.aborted, attempt, time.currentDeadline()?.remainingMs());
    return Promise.resolve("done");
  });
  equal(answer, "done");
  deepEqual(told, [false, 1, 2_000]);
  deepEqual(stack.budget.describe(), { calls: 0, repetitions: 0 });
  deepEqual([stack.bulkhead.describe().running, clock.pending()], [0, 0]);
});

Deno.test("each limit says by its error which it is", async () => {
  const hanging = () => new Promise<never>(() => {});
  const down = () => Promise.reject(new Unavailable("down", { retryAfter: 0 }));
  const cases: readonly (readonly [
    string,
    (stack: ReturnType<typeof policyStack>) => Promise<unknown>,
    StackSettings?,
  ])[] = [
    ["attempt", (stack) => stack.execute(hanging)],
    ["total", (stack) => stack.execute(hanging), { totalMs: 1_000 }],
    ["total", (stack) => stack.execute(hanging, { leastMs: 7_000 })],
    ["tries", (stack) => stack.execute(down, { isRepeatable: true })],
    ["budget", (stack) => stack.execute(down, { isRepeatable: true }), {
      retry: { leastBudget: 0 },
    }],
    ["breaker", (stack) => {
      stack.breaker.isolate();
      return stack.execute(hanging);
    }],
    ["bulkhead", async (stack) => {
      await Promise.race([1, 2, 3].map(() => stack.execute(hanging)));
    }, once],
  ];
  for (const [limit, call, settings] of cases) {
    const { clock, stack } = setUp(settings);
    const refused = rejects(call(stack), { limit });
    await clock.advance(10_000);
    await refused;
    await clock.advance(10_000);
    equal(clock.pending(), 0, limit);
  }
});

Deno.test("who hangs up is told the own reason wherever the call is, and leaves nothing behind", async () => {
  const reason = new Error("gone");
  const hanging = () => new Promise<never>(() => {});
  const down = () => Promise.reject(new Unavailable("down", { retryAfter: 0 }));
  for (const where of ["attempt", "pause", "queue"] as const) {
    const { clock, stack } = setUp(where === "queue" ? once : {});
    const other = where === "queue" ? stack.execute(hanging).catch(() => {}) : undefined;
    const caller = new AbortController();
    const refused = rejects(
      stack.execute(where === "pause" ? down : hanging, {
        ...{ isRepeatable: true, signal: caller.signal },
      }),
      (error) => error === reason,
    );
    await clock.advance(20);
    caller.abort(reason);
    await refused;
    await clock.advance(10_000);
    await other;
    deepEqual(stack.budget.describe(), { calls: 0, repetitions: 0 });
    deepEqual([stack.bulkhead.describe().running, clock.pending()], [0, 0], where);
  }
});

Deno.test("calls whose objects are used again are not taken for each other", async () => {
  const { clock, stack } = setUp();
  const late = Promise.withResolvers<string>();
  const first = rejects(stack.execute(() => late.promise), DeadlineExceeded);
  await clock.advance(2_000);
  await first;
  const second = stack.execute(() => Promise.resolve().then(() => "second"));
  late.resolve("first");
  equal(await second, "second");
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, call) => stack.execute(() => Promise.resolve(call))),
  );
  deepEqual(answers, Array.from({ length: 20 }, (_, call) => call));
  equal(stack.bulkhead.describe().running, 0);
});

Deno.test("what throws before it is under way, and what an open circuit refuses, frees its place", async () => {
  const { stack } = setUp(once);
  const bug = new TypeError("a bug");
  for (let call = 0; call < 3; call++) {
    await rejects(
      stack.execute(() => {
        throw bug;
      }),
      (error) => error === bug,
    );
  }
  stack.breaker.isolate();
  for (let call = 0; call < 3; call++) {
    await rejects(stack.execute(() => Promise.resolve("called")), { code: "circuit-open" });
  }
  stack.breaker.release();
  equal(await stack.execute(() => Promise.resolve("called")), "called");
  equal(stack.bulkhead.describe().running, 0);
});

Deno.test("of an upstream that hangs for ever nobody waits beyond the deadline, and nothing is kept", async () => {
  const { clock, stack } = setUp({
    ...{ bulkhead: { running: 200, leastRunning: 200 }, breaker: { isOn: false } },
  });
  for (let round = 0; round < 5; round++) {
    const calls = Array.from(
      { length: 200 },
      () => stack.execute(() => new Promise<never>(() => {})),
    );
    const outcomes = Promise.allSettled(calls);
    await clock.advance(2_000);
    for (const outcome of await outcomes) equal(outcome.status, "rejected");
    deepEqual([stack.bulkhead.describe().running, clock.pending()], [0, 0]);
  }
});

Deno.test("a call that waits because it wants to is not made twice for that, nor taken for what is usual", async () => {
  const { clock, stack } = setUp({ hedge: { isOn: true, minimumAnswers: 1 } });
  let calls = 0;
  async function ask(ms: number, waitMs?: number): Promise<number> {
    const before = calls;
    const answer = stack.execute(async () => {
      calls++;
      await time.pause(ms, { clock, signal: new AbortController().signal });
    }, { isRepeatable: true, changesNothing: true, ...(waitMs !== undefined && { waitMs }) });
    await clock.advance(ms);
    await answer;
    return calls - before;
  }
  equal(await ask(1_000, 2_000), 1);
  equal(await ask(10), 1);
  equal(await ask(1_000, 2_000), 1);
  equal(await ask(500), 2);
});
