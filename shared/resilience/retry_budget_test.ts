import { deepEqual, equal } from "node:assert/strict";
import { retryBudget } from "./retry_budget.ts";

function setUp() {
  let now = 0;
  const budget = retryBudget({ now: () => now });
  function taken(wanted: number): number {
    let taken = 0;
    for (let one = 0; one < wanted; one++) if (budget.take()) taken++;
    return taken;
  }
  return { budget, taken, pass: (ms: number) => void (now += ms) };
}

function begin(budget: ReturnType<typeof retryBudget>, calls: number): void {
  for (let call = 0; call < calls; call++) budget.begin();
}

Deno.test("a fifth of the calls that are under way are tried again at a time, and three in any case", () => {
  for (const [calls, repetitions] of [[1, 3], [10, 3], [19, 3], [20, 4], [100, 20], [109, 21]]) {
    const { budget, taken } = setUp();
    begin(budget, calls!);
    equal(taken(1_000), repetitions, `of ${calls}`);
    deepEqual(budget.describe(), { calls, repetitions });
  }
});

Deno.test("calls one at a time are not all tried again: a fifth of those of ten seconds are", () => {
  const { budget } = setUp();
  let repetitions = 0;
  for (let call = 0; call < 100; call++) {
    budget.begin();
    while (budget.take()) {
      repetitions++;
      budget.over();
    }
    budget.end();
  }
  equal(repetitions, 20);
});

Deno.test("what was tried again ten seconds ago does not count any more", () => {
  const { budget, taken, pass } = setUp();
  budget.begin();
  equal(taken(5), 3);
  for (let one = 0; one < 3; one++) budget.over();
  pass(8_900);
  equal(taken(5), 0);
  pass(1_100);
  equal(taken(5), 3);
  for (let one = 0; one < 3; one++) budget.over();
  // A clock may leap over whole windows
  pass(1_000_000);
  equal(taken(5), 3);
});
