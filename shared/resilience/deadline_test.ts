import { equal, rejects } from "node:assert/strict";
import { DeadlineExceeded } from "@headwater/core";
import { manualClock, within } from "@headwater/testing";
import { withDeadline } from "./deadline.ts";

const never = new AbortController().signal;
const what = 'Cannot call service "payment"';

Deno.test("an answer in time is passed on and leaves no timer", async () => {
  const clock = manualClock();
  const options = { ms: 100, what, signal: never, clock };
  const answer = await withDeadline(() => Promise.resolve(new Response("ok")), options);
  equal(await answer.text(), "ok");
  equal(clock.pending(), 0);
});

Deno.test("a call that never answers is aborted when its time is over", async () => {
  const clock = manualClock();
  const aborted = Promise.withResolvers<unknown>();
  const call = withDeadline((signal) => {
    signal.addEventListener("abort", () => aborted.resolve(signal.reason));
    return new Promise(() => {});
  }, { ms: 100, what, signal: never, clock });
  const refused = rejects(
    call,
    new DeadlineExceeded('Cannot call service "payment": no answer within 100 ms'),
  );
  await clock.advance(100);
  await refused;
  equal(await within("the abort", aborted.promise) instanceof DeadlineExceeded, true);
});

Deno.test("the body of an answer that comes too late is freed", async () => {
  const clock = manualClock();
  const freed = Promise.withResolvers<void>();
  const late = Promise.withResolvers<Response>();
  const call = withDeadline(() => late.promise, { ms: 100, what, signal: never, clock });
  const refused = rejects(call, DeadlineExceeded);
  await clock.advance(100);
  await refused;
  late.resolve(new Response(new ReadableStream({ cancel: () => freed.resolve() })));
  await within("the late answer to be freed", freed.promise);
});

Deno.test("a call that fails after it was given up fails quietly", async () => {
  const clock = manualClock();
  const late = Promise.withResolvers<Response>();
  const call = withDeadline(() => late.promise, { ms: 100, what, signal: never, clock });
  const refused = rejects(call, DeadlineExceeded);
  await clock.advance(100);
  await refused;
  late.reject(new Error("nobody hears this"));
});

Deno.test("who hangs up gets the own reason, and the call is aborted", async () => {
  const clock = manualClock();
  const caller = new AbortController();
  const reason = new Error("the customer left");
  let seen: unknown;
  const call = withDeadline((signal) => {
    signal.addEventListener("abort", () => seen = signal.reason);
    return new Promise(() => {});
  }, { ms: 100, what, signal: caller.signal, clock });
  const refused = rejects(call, (error) => error === reason);
  caller.abort(reason);
  await refused;
  equal(seen, reason);
  equal(clock.pending(), 0);
});

Deno.test("who has hung up already calls nobody", async () => {
  const reason = new Error("gone");
  await rejects(
    withDeadline(() => Promise.reject(new Error("was called")), {
      ms: 100,
      what,
      signal: AbortSignal.abort(reason),
      clock: manualClock(),
    }),
    (error) => error === reason,
  );
});
