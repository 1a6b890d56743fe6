import { deepEqual, equal } from "node:assert/strict";
import type { HealthCheck } from "@headwater/core";
import { manualClock } from "@headwater/testing";
import { watchHealth } from "./health_watch.ts";

/** A check that passes or fails as told, and counts how often it is asked. */
function switchable(name = "postgres") {
  const state = { reason: undefined as string | undefined, asked: 0 };
  const check: HealthCheck = {
    name,
    check() {
      state.asked++;
      return state.reason === undefined
        ? Promise.resolve()
        : Promise.reject(new Error(state.reason));
    },
  };
  return { state, check };
}

function setUp(...checks: HealthCheck[]) {
  const clock = manualClock();
  const ending = new AbortController();
  const watch = watchHealth(checks, { signal: ending.signal, clock });
  return { clock, ending, watch };
}

Deno.test("a check is asked every 5 s, whether anybody wants to know or not, until the end", async () => {
  const { state, check } = switchable();
  const { clock, ending, watch } = setUp(check);
  await watch.asked;
  for (let looks = 0; looks < 100; looks++) watch.known();
  equal(state.asked, 1);
  await clock.advance(4_999);
  equal(state.asked, 1);
  await clock.advance(1);
  equal(state.asked, 2);
  await clock.advance(20_000);
  equal(state.asked, 6);
  ending.abort();
  await clock.advance(60_000);
  equal(state.asked, 6);
  equal(clock.pending(), 0);
});

Deno.test("what has passed is bad after three failures in a row, and good after one success", async () => {
  const { state, check } = switchable();
  const { clock, ending, watch } = setUp(check);
  await watch.asked;
  async function seen(reason: string | undefined) {
    state.reason = reason;
    await clock.advance(5_000);
    const [{ isBad, outcome } = { isBad: undefined }] = watch.known();
    return [isBad, outcome?.failure];
  }
  deepEqual(await seen("one"), [false, undefined]);
  deepEqual(await seen("two"), [false, undefined]);
  deepEqual(await seen(undefined), [false, undefined]);
  deepEqual(await seen("one"), [false, undefined]);
  deepEqual(await seen("two"), [false, undefined]);
  deepEqual(await seen("three"), [true, "three"]);
  deepEqual(await seen("four"), [true, "four"]);
  deepEqual(await seen(undefined), [false, undefined]);
  ending.abort();
});

Deno.test("what was never well is told of at once, and asked soon again, ever less so", async () => {
  const { state, check } = switchable();
  state.reason = "starting";
  const { clock, ending, watch } = setUp(check);
  await watch.asked;
  const [known] = watch.known();
  deepEqual([known?.isBad, known?.hasPassed], [true, false]);
  for (const pause of [25, 50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]) {
    const before = state.asked;
    await clock.advance(pause - 1);
    equal(state.asked, before);
    await clock.advance(1);
    equal(state.asked, before + 1);
  }
  ending.abort();
});

Deno.test("a check that hangs is given up after a second, holds up no other, and is asked no second time meanwhile", async () => {
  const answer = Promise.withResolvers<void>();
  let asked = 0;
  let signal: AbortSignal | undefined;
  const other = switchable("other");
  const { clock, ending, watch } = setUp({
    name: "slow",
    check(given) {
      signal = given;
      return ++asked === 1 ? answer.promise : Promise.resolve();
    },
  }, other.check);
  const outcomes = () => watch.known().map(({ outcome }) => outcome?.failure);
  await clock.advance(999);
  deepEqual([other.state.asked, watch.known()[0]?.outcome], [1, undefined]);
  await clock.advance(1);
  await watch.asked;
  deepEqual(outcomes(), ["No answer within 1000 ms", undefined]);
  equal(signal?.aborted, true);
  await clock.advance(30_000);
  deepEqual([asked, other.state.asked], [1, 7]);
  answer.resolve();
  await clock.advance(5_000);
  equal(asked, 2);
  deepEqual(outcomes(), [undefined, undefined]);
  ending.abort();
});

Deno.test("whoever waits for the first answers is let go at the end, and the check is told", async () => {
  let signal: AbortSignal | undefined;
  const { clock, ending, watch } = setUp({
    name: "slow",
    check(given) {
      signal = given;
      return new Promise(() => {});
    },
  });
  ending.abort();
  await watch.asked;
  equal(signal?.aborted, true);
  equal(clock.pending(), 0);
});

Deno.test("nobody waits for what other processes answer first", async () => {
  const { ending, watch } = setUp({
    name: "service:payment",
    ofOthers: true,
    check: () => new Promise(() => {}),
  });
  await watch.asked;
  deepEqual(watch.known().map(({ outcome, isBad }) => [outcome, isBad]), [[undefined, false]]);
  ending.abort();
});
