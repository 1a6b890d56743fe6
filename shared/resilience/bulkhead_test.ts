import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { DeadlineExceeded, time, Unavailable } from "@headwater/core";
import { manualClock } from "@headwater/testing";
import { createBulkhead } from "./bulkhead.ts";

const never = new AbortController().signal;

function setUp() {
  const clock = manualClock();
  const bulkhead = createBulkhead("payment", {
    running: 2,
    waiting: 1,
    longestWaitMs: 1_000,
    clock,
  });
  const calls = Array.from({ length: 4 }, () => Promise.withResolvers<string>());
  const started: number[] = [];
  function call(index: number, signal = never): Promise<string> {
    return bulkhead.execute(() => {
      started.push(index);
      return calls[index]!.promise;
    }, signal);
  }
  return { clock, bulkhead, calls, started, call };
}

Deno.test("so many run, one waits, the next is refused at once", async () => {
  const { clock, bulkhead, calls, started, call } = setUp();
  const running = [call(0), call(1)];
  const waiting = call(2);
  deepEqual(bulkhead.describe(), { running: 2, waiting: 1, places: 2 });
  await rejects(call(3), (error) => {
    ok(error instanceof Unavailable);
    equal(error.code, "overloaded");
    return true;
  });
  deepEqual(started, [0, 1]);
  calls.forEach(({ resolve }) => resolve("done"));
  deepEqual(await Promise.all([...running, waiting]), ["done", "done", "done"]);
  deepEqual(bulkhead.describe(), { running: 0, waiting: 0, places: 2 });
  equal(clock.pending(), 0);
});

Deno.test("a call that waits too long is refused without being sent", async () => {
  const { clock, bulkhead, calls, started, call } = setUp();
  const running = [call(0), call(1)];
  const refused = rejects(call(2), Unavailable);
  await clock.advance(1_000);
  await refused;
  deepEqual(bulkhead.describe(), { running: 2, waiting: 0, places: 2 });
  calls.forEach(({ resolve }) => resolve("done"));
  await Promise.all(running);
  deepEqual(started, [0, 1]);
});

Deno.test("who hangs up leaves the queue; who runs keeps the place until the call is over", async () => {
  const { bulkhead, calls, call } = setUp();
  const caller = new AbortController();
  const running = [call(0, caller.signal), call(1)];
  const reason = new Error("gone");
  const refused = rejects(call(2, caller.signal), (error) => error === reason);
  caller.abort(reason);
  await refused;
  deepEqual(bulkhead.describe(), { running: 2, waiting: 0, places: 2 });
  calls.forEach(({ resolve }) => resolve("done"));
  deepEqual(await Promise.all(running), ["done", "done"]);
});

Deno.test("a failed call frees its place", async () => {
  const { bulkhead, calls, call } = setUp();
  const failure = new Error("broken");
  const refused = rejects(call(0), (error) => error === failure);
  calls[0]!.reject(failure);
  await refused;
  deepEqual(bulkhead.describe(), { running: 0, waiting: 0, places: 2 });
});

/** One whose service takes as long as a test says, for each of so many that run at a time. */
function busy(tookMs: (running: number) => number) {
  const clock = manualClock();
  const bulkhead = createBulkhead("payment", {
    running: 64,
    leastRunning: 4,
    calmMs: 200,
    waiting: 500,
    longestWaitMs: 2_000,
    clock,
  });
  const outcomes = { answered: 0, late: 0, refused: 0 };
  async function call(): Promise<void> {
    try {
      await bulkhead.execute(async () => {
        const ms = tookMs(bulkhead.describe().running);
        await time.pause(Math.min(ms, 1_000), { clock });
        if (ms > 1_000) throw new DeadlineExceeded("late");
      }, never);
      outcomes.answered++;
    } catch (error) {
      if (error instanceof DeadlineExceeded) outcomes.late++;
      else if (error instanceof Unavailable && error.code === "overloaded") outcomes.refused++;
      else throw error;
    }
  }
  return { clock, bulkhead, outcomes, call };
}

Deno.test("a service that has too much to do is called by fewer, so that answers still come in time", async () => {
  const { clock, bulkhead, outcomes, call } = busy((running) => 50 * running);
  const calls = Array.from({ length: 60 }, call);
  for (let second = 0; second < 10; second++) {
    calls.push(...Array.from({ length: 40 }, call));
    await clock.advance(1_000);
  }
  const { places } = bulkhead.describe();
  // Four at a time take 200 ms each at best, and what takes three times as long is slow.
  ok(places >= 4 && places <= 12, `${places} places`);
  ok(outcomes.answered > 100, JSON.stringify(outcomes));
  equal(outcomes.late, 0);
  await clock.advance(10_000);
  await Promise.all(calls);
});
