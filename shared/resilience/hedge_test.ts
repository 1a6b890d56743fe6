import { deepEqual, equal, rejects } from "node:assert/strict";
import { Unavailable } from "@headwater/core";
import { manualClock } from "@headwater/testing";
import { hedgeTimes, withHedge } from "./hedge.ts";
import { policyStack } from "./policy_stack.ts";
import { retryBudget } from "./retry_budget.ts";

const rules = { percentile: 0.95, minimumAnswers: 20, leastMs: 20 };
const never = new AbortController().signal;

/** Calls that a test answers, and an answer that is late after 50 ms. */
function setUp({ leastBudget = 3 } = {}) {
  const clock = manualClock();
  const times = hedgeTimes(rules);
  for (let answer = 0; answer < 20; answer++) times.note(50);
  const budget = retryBudget({ leastBudget, now: clock.now });
  const answers = [0, 1].map(() => Promise.withResolvers<string>());
  const aborted: number[] = [];
  const made: number[] = [];
  function call(signal = never): Promise<string> {
    return withHedge((signal, before) => {
      made.push(before);
      signal.addEventListener("abort", () => aborted.push(before));
      return answers[before]!.promise;
    }, { times, budget, signal, clock, isGood: (answer) => answer !== "bad" });
  }
  return { clock, times, budget, answers, aborted, made, call };
}

Deno.test("what is late is known by the slowest in twenty of at least twenty answers, and is not too soon", () => {
  const few = hedgeTimes(rules);
  for (let answer = 1; answer < 20; answer++) few.note(answer);
  equal(few.lateAfterMs(), undefined);
  few.note(20);
  equal(few.lateAfterMs(), 20);
  const many = hedgeTimes(rules);
  for (let answer = 1; answer <= 100; answer++) many.note(answer);
  equal(many.lateAfterMs(), 95);
  for (let answer = 1; answer <= 200; answer++) many.note(500);
  equal(many.lateAfterMs(), 500);
});

Deno.test("one that is answered as soon as most are is made once", async () => {
  const { clock, made, aborted, answers, call } = setUp();
  const answer = call();
  await clock.advance(49);
  answers[0]!.resolve("first");
  equal(await answer, "first");
  await clock.advance(1_000);
  deepEqual([made, aborted, clock.pending()], [[0], [], 0]);
});

for (const winner of [0, 1]) {
  Deno.test(`one that is later is made once more, the first answer wins and the other is aborted: ${winner}`, async () => {
    const { clock, budget, made, aborted, answers, call } = setUp();
    const answer = call();
    await clock.advance(50);
    deepEqual(made, [0, 1]);
    equal(budget.describe().repetitions, 1);
    answers[winner]!.resolve("won");
    equal(await answer, "won");
    deepEqual(aborted, [1 - winner]);
    answers[1 - winner]!.reject(new Error("aborted"));
    await clock.advance(0);
    equal(budget.describe().repetitions, 0);
  });
}

Deno.test("a failure, or an answer that is no good one, is not the first answer", async () => {
  for (const fails of [true, false]) {
    const { clock, answers, call } = setUp();
    const answer = call();
    await clock.advance(50);
    if (fails) answers[0]!.reject(new Unavailable("down"));
    else answers[0]!.resolve("bad");
    await clock.advance(10);
    answers[1]!.resolve("good");
    equal(await answer, "good");
  }
});

Deno.test("where neither is good it is as if there had been the first alone", async () => {
  const { clock, answers, call } = setUp();
  const first = new Unavailable("first");
  const refused = rejects(call(), (error) => error === first);
  await clock.advance(50);
  answers[1]!.reject(new Unavailable("second"));
  await clock.advance(10);
  answers[0]!.reject(first);
  await refused;
});

Deno.test("a failure before it is late ends it: nothing is made any more", async () => {
  const { clock, made, answers, call } = setUp();
  const refused = rejects(call(), Unavailable);
  answers[0]!.reject(new Unavailable("down"));
  await refused;
  await clock.advance(1_000);
  deepEqual([made, clock.pending()], [[0], 0]);
});

Deno.test("without a budget it is made once", async () => {
  const { clock, made, answers, call } = setUp({ leastBudget: 0 });
  const answer = call();
  await clock.advance(1_000);
  answers[0]!.resolve("first");
  equal(await answer, "first");
  deepEqual(made, [0]);
});

Deno.test("who hangs up gets the own reason, and both are aborted", async () => {
  const { clock, aborted, call } = setUp();
  const caller = new AbortController();
  const reason = new Error("gone");
  const refused = rejects(call(caller.signal), (error) => error === reason);
  await clock.advance(50);
  caller.abort(reason);
  await refused;
  deepEqual([aborted, clock.pending()], [[0, 1], 0]);
});

Deno.test("a stack hedges what changes nothing, where it was told to", async () => {
  for (const isOn of [true, false]) {
    const clock = manualClock();
    const stack = policyStack("order", { hedge: { isOn }, clock });
    const query = { changesNothing: true, isRepeatable: true };
    for (let answer = 0; answer < 20; answer++) {
      await stack.execute(() => Promise.resolve("quick"), query);
    }
    const attempts: number[] = [];
    const answer = stack.execute((_signal, attempt) => {
      attempts.push(attempt);
      return attempt === 1 ? new Promise(() => {}) : Promise.resolve("second");
    }, query);
    if (isOn) {
      await clock.advance(20);
      equal(await answer, "second");
    } else {
      const late = rejects(answer, { limit: "attempt" });
      await clock.advance(2_000);
      await late;
    }
    deepEqual(attempts, isOn ? [1, 2] : [1]);
    equal(stack.budget.describe().calls, 0);
  }
});
