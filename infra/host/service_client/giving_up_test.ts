import { withDeadline } from "@headwater/resilience";
import { manualClock } from "@headwater/testing";
import { deepEqual, equal, throws } from "node:assert/strict";
import { GivingUp } from "./giving_up.ts";

/** Of a request that is sent within a deadline of 10 ms; `endDeadline` lets that pass. */
async function within(signal: AbortSignal) {
  const clock = manualClock();
  let givingUp: GivingUp | undefined;
  const call = withDeadline(() => {
    givingUp = GivingUp.of(new Request("http://example/", { signal }));
    return new Promise(() => {});
  }, { ms: 10, what: "Cannot call", clock });
  const ended = call.catch((error: Error) => error.name);
  await clock.advance(1);
  return {
    givingUp: givingUp!,
    async endDeadline() {
      await clock.advance(10);
      equal(await ended, "DeadlineExceeded");
    },
  };
}

Deno.test("a call is given up when whoever sent it hangs up, or when what it is part of is out of time", async () => {
  const reason = new Error("gone");
  for (const hangsUp of [true, false]) {
    const caller = new AbortController();
    const { givingUp, endDeadline } = await within(caller.signal);
    let times = 0;
    const count = () => times++;
    givingUp.heed(count);
    givingUp.throwIfDue();
    equal(givingUp.isDue, false);
    if (hangsUp) caller.abort(reason);
    else await endDeadline();
    deepEqual([givingUp.isDue, times], [true, 1]);
    throws(() => givingUp.throwIfDue(), hangsUp ? reason : { name: "DeadlineExceeded" });
    equal((givingUp.reason as Error).name, hangsUp ? "Error" : "DeadlineExceeded");
    if (hangsUp) await endDeadline();
  }
});

Deno.test("whoever has its answer hears of nothing any more", async () => {
  const caller = new AbortController();
  const { givingUp, endDeadline } = await within(caller.signal);
  let times = 0;
  const count = () => times++;
  givingUp.heed(count);
  givingUp.forget(count);
  caller.abort();
  await endDeadline();
  equal(times, 0);
});
