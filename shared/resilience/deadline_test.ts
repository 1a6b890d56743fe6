import { equal, rejects } from "node:assert/strict";
import { DeadlineExceeded, time } from "@headwater/core";
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
    new DeadlineExceeded('Cannot call service "payment": no answer within 100 ms', {
      limit: "total",
    }),
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

Deno.test("of deadlines within each other the earliest counts, and is told to whoever asks", async () => {
  const clock = manualClock();
  let leftMs: number | undefined;
  const call = withDeadline(() =>
    withDeadline(() => {
      leftMs = time.currentDeadline()?.remainingMs();
      return new Promise(() => {});
    }, { ms: 5_000, what, signal: never, clock }), { ms: 100, what, signal: never, clock });
  const refused = rejects(call, DeadlineExceeded);
  await clock.advance(100);
  await refused;
  equal(leftMs, 100);
  equal(clock.pending(), 0);
});

Deno.test("where no time is left nothing is called", async () => {
  const call = withDeadline(() => Promise.reject(new Error("was called")), {
    ms: 0,
    what,
    signal: never,
    clock: manualClock(),
  });
  await rejects(
    call,
    new DeadlineExceeded('Cannot call service "payment": no time is left for it', {
      limit: "total",
    }),
  );
});

Deno.test("without an end it lasts as long as the caller waits", async () => {
  const clock = manualClock();
  const caller = new AbortController();
  const reason = new Error("gone");
  const call = withDeadline(() => new Promise(() => {}), {
    ms: Infinity,
    what,
    signal: caller.signal,
    clock,
  });
  equal(clock.pending(), 0);
  const refused = rejects(call, (error) => error === reason);
  caller.abort(reason);
  await refused;
});

Deno.test("after a stall of this very process an answer that has come meanwhile is read first", async () => {
  for (const comes of [true, false]) {
    const clock = manualClock();
    let stalledMs = 0;
    const answer = Promise.withResolvers<string>();
    const call = withDeadline(() => answer.promise, {
      ms: 100,
      what,
      signal: never,
      clock: { ...clock, now: () => clock.now() + stalledMs },
    });
    const outcome = call.catch((error) => error.name);
    await clock.advance(1);
    stalledMs = 4_000;
    await clock.advance(100);
    if (comes) answer.resolve("there");
    await clock.advance(50);
    equal(await outcome, comes ? "there" : "DeadlineExceeded");
    equal(clock.pending(), 0);
  }
});

Deno.test("whoever waits for a server is looked at only where the call takes long, and ends it then", async () => {
  const clock = manualClock();
  const controller = new AbortController();
  let looks = 0;
  const caller = {
    get signal() {
      looks++;
      return controller.signal;
    },
  };
  const options = { ms: Infinity, what, caller, clock };
  const quick = Promise.withResolvers<string>();
  const answer = withDeadline(() => quick.promise, options);
  await clock.advance(10);
  quick.resolve("there");
  equal(await answer, "there");
  equal(looks, 0);
  const reason = new Error("gone");
  for (const hangsUpAtMs of [10, 1_000]) {
    let seen: AbortSignal | undefined;
    const call = withDeadline((signal) => {
      seen = signal;
      return new Promise(() => {});
    }, { ...options, caller: { signal: hungUpAt(hangsUpAtMs) } });
    const refused = rejects(call, (error) => error === reason);
    await clock.advance(1_000);
    await refused;
    equal(seen?.reason, reason);
  }
  equal(clock.pending(), 0);

  function hungUpAt(ms: number): AbortSignal {
    const hungUp = new AbortController();
    clock.after(ms, () => hungUp.abort(reason));
    return hungUp.signal;
  }
});
