import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import {
  afterRequest,
  isLate,
  placesFor,
  type Priority,
  type Shedding,
  shedding,
  usualAfter,
} from "./shedding.ts";
import { simulatedCrowd } from "./testing/simulated_crowd.ts";

const priorities: readonly Priority[] = ["critical", "normal", "best-effort", "bulk"];

function started(start = 20): Shedding {
  return shedding({ start, least: 4, most: 200, calmMs: 10, lagMs: 70 });
}

/** After rounds in which so many ran and each took as long. */
function after(
  state: Shedding,
  { rounds, tookMs, running }: Record<"rounds" | "tookMs" | "running", number>,
): Shedding {
  for (let answers = 0; answers < rounds * 200; answers++) {
    state = afterRequest(state, { tookMs, usualMs: 10, running });
  }
  return state;
}

Deno.test("the less important, the fewer places there are for it, and one at least", () => {
  equal(priorities.map((each) => placesFor(started(), each)).join(), "20,18,14,10");
  equal(priorities.map((each) => placesFor(started(200), each)).join(), "200,180,140,100");
  equal(priorities.map((each) => placesFor(started(4), each)).join(), "4,3,2,2");
});

Deno.test("answers that are as quick as usual let more in, as far as that is asked for", () => {
  equal(after(started(), { rounds: 100, tookMs: 10, running: 9 }).limit, 20);
  ok(after(started(), { rounds: 1, tookMs: 10, running: 20 }).limit > 20);
  equal(after(started(), { rounds: 500, tookMs: 10, running: 200 }).limit, 200);
});

Deno.test("answers that have become slow let fewer in, and no fewer than the least", () => {
  const few = after(started(100), { rounds: 5, tookMs: 40, running: 100 });
  ok(few.limit < 50, String(few.limit));
  const slow = after(started(100), { rounds: 500, tookMs: 10_000, running: 100 });
  ok(slow.limit >= 4 && slow.limit < 8, String(slow.limit));
});

Deno.test("a few that hang do not stand for all", () => {
  let state = started();
  for (let answers = 0; answers < 2_000; answers++) {
    const tookMs = answers % 5 === 0 ? 5_000 : 10;
    state = afterRequest(state, { tookMs, usualMs: 10, running: 20 });
  }
  ok(state.limit >= 20, String(state.limit));
});

Deno.test("what is usual is learned while little is asked, in a crowd hardly, at the least of places again", () => {
  const state = started();
  equal(usualAfter(undefined, { tookMs: 30, running: 20, state }), 30);
  ok(usualAfter(30, { tookMs: 100, running: 2, state }) > 30);
  equal(usualAfter(30, { tookMs: 100, running: 20, state }), 30);
  const hardly = usualAfter(30, { tookMs: 1, running: 20, state });
  ok(hardly < 30 && hardly > 29);
  ok(usualAfter(30, { tookMs: 100, running: 20, state: started(4) }) > 30);
});

Deno.test("a loop that is late sheds, unless half of the places are free", () => {
  const state = started();
  equal(isLate(state, { running: 10, lagMs: 71 }), true);
  equal(isLate(state, { running: 10, lagMs: 70 }), false);
  equal(isLate(state, { running: 9, lagMs: 5_000 }), false);
  equal(isLate(started(4), { running: 3, lagMs: 5_000 }), false);
});

Deno.test("whatever happens, the limit stays in its bounds, and the important has no fewer places", () => {
  const request = fc.record({
    tookMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
    usualMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
    running: fc.integer({ min: 1, max: 500 }),
  });
  fc.assert(fc.property(fc.array(request, { maxLength: 500 }), (requests) => {
    let state = started();
    for (const each of requests) {
      state = afterRequest(state, each);
      ok(state.limit >= 4 && state.limit <= 200, String(state.limit));
      const places = priorities.map((each) => placesFor(state, each));
      ok(places.every((count, index) => count >= 1 && count <= (places[index - 1] ?? 200)));
    }
  }));
});

Deno.test("three times as many as can be served: as many as can be, and nearly all that is critical", async (test) => {
  for (
    const [hands, meanMs] of [[1, 2], [1, 10], [2, 20], [8, 10], [8, 40], [64, 50]] as const
  ) {
    await test.step(`${hands} at a time, ${meanMs} ms each`, async () => {
      const crowd = { hands, meanMs, load: 3, seed: hands + meanMs };
      const { goodput, served } = await simulatedCrowd({ ...crowd, hasShedder: true });
      const said = JSON.stringify({ goodput, served });
      ok(goodput >= 0.9, said);
      ok(served.critical >= 0.99, said);
      ok(served.normal > served["best-effort"] && served["best-effort"] >= served.bulk, said);
      const without = await simulatedCrowd({ ...crowd, hasShedder: false });
      ok(without.goodput < 0.1, JSON.stringify(without));
    });
  }
});

Deno.test("less than can be served is served, all of it", async () => {
  const { served } = await simulatedCrowd({
    ...{ hands: 8, meanMs: 10, load: 0.7, hasShedder: true, seed: 7 },
  });
  for (const share of Object.values(served)) ok(share > 0.99, JSON.stringify(served));
});
