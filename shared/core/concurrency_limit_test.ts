import fc from "fast-check";
import assert from "node:assert/strict";
import {
  afterAnswer,
  afterFailure,
  type ConcurrencyLimit,
  concurrencyLimit,
  saysNothing,
} from "./concurrency_limit.ts";

const bounds = { start: 1, least: 1, most: 64, calmMs: 100 };

/** A whole round of answers, each as long after its call as `tookMs` says of so many calls at a time. */
function round(
  limit: ConcurrencyLimit,
  tookMs: (calls: number, index: number) => number,
): ConcurrencyLimit {
  const { calls, round } = limit;
  for (let index = 0; index < calls; index++) {
    limit = afterAnswer(limit, { tookMs: tookMs(calls, index), round, isFull: true });
  }
  return limit;
}

function rounds(
  count: number,
  limit: ConcurrencyLimit,
  tookMs: Parameters<typeof round>[1],
): ConcurrencyLimit {
  for (let each = 0; each < count; each++) limit = round(limit, tookMs);
  return limit;
}

const happening = fc.record({
  /** Undefined: it failed. */
  tookMs: fc.option(fc.nat(5_000), { nil: undefined }),
  isFull: fc.boolean(),
  /** How many rounds ago the call was begun. */
  age: fc.nat(2),
});

Deno.test("whatever happens it is a whole number within its bounds, and moves by one decision at a time", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.nat(60),
      fc.array(happening, { maxLength: 300, size: "max" }),
      (least, more, happenings) => {
        const most = least + more;
        let limit = concurrencyLimit({ start: least, least, most, calmMs: 100 });
        for (const { tookMs, isFull, age } of happenings) {
          const round = limit.round - age;
          const next = tookMs === undefined
            ? afterFailure(limit, { round })
            : afterAnswer(limit, { tookMs, isFull, round });
          assert.ok(Number.isInteger(next.calls) && next.calls >= least && next.calls <= most);
          if (age > 0 || next.round === limit.round) assert.equal(next.calls, limit.calls);
          else if (tookMs === undefined) {
            const half = limit.failures === 0 ? Math.floor(limit.calls / 2) : 0;
            assert.equal(next.calls, Math.max(least, half));
          }
          limit = next;
        }
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("an answer that says nothing is not slow, and changes nothing, also if it is the quickest", () => {
  const quick = rounds(2, concurrencyLimit({ ...bounds, start: 4, most: 4 }), () => 5);
  for (const tookMs of [0.1, 5, 100]) {
    assert.ok(saysNothing(quick, { tookMs, isFull: false }));
    const { calls, slow } = afterAnswer(quick, { tookMs, round: quick.round, isFull: false });
    assert.deepEqual([calls, slow], [quick.calls, 0]);
  }
  assert.ok(!saysNothing(quick, { tookMs: 101, isFull: false }));
  assert.ok(!saysNothing(quick, { tookMs: 5, isFull: true }));
});

Deno.test("a target that works well is soon asked by as many as may", () => {
  assert.equal(rounds(6, concurrencyLimit(bounds), () => 20).calls, 64);
});

Deno.test("where nobody has to wait it stays", () => {
  let limit = concurrencyLimit({ ...bounds, start: 4 });
  for (let call = 0; call < 100; call++) {
    limit = afterAnswer(limit, { tookMs: 20, round: limit.round, isFull: false });
  }
  assert.equal(limit.calls, 4);
});

Deno.test("a target is kept busy, and its answers quick: whatever it can do, and however long it takes at best", () => {
  const target = fc.record({
    perSecond: fc.integer({ min: 20, max: 2_000 }),
    bestMs: fc.integer({ min: 1, max: 400 }),
  });
  fc.assert(
    fc.property(target, fc.integer({ min: 40, max: 400 }), ({ perSecond, bestMs }, count) => {
      const tookMs = (calls: number) => Math.max(bestMs, calls / perSecond * 1_000);
      const { calls } = rounds(count, concurrencyLimit(bounds), tookMs);
      const saturating = Math.floor(bestMs * perSecond / 1_000);
      assert.ok(calls >= Math.min(64, saturating), `${calls} do not keep it busy`);
      const longestMs = Math.max(100, 3 * tookMs(1)) + 1_000 / perSecond;
      assert.ok(tookMs(calls) <= longestMs + 0.001, `${calls} are too many`);
    }),
  );
});

Deno.test("what takes long by nature does not count as long as it is the smaller part", () => {
  const mixed = (_calls: number, index: number) => index % 5 < 2 ? 2_000 : 20;
  assert.equal(rounds(12, concurrencyLimit(bounds), mixed).calls, 64);
});

Deno.test("a target that has become slower by itself is asked less, then taken as it is", () => {
  const quick = rounds(8, concurrencyLimit(bounds), () => 5);
  const less = rounds(12, quick, () => 900);
  assert.equal(less.calls, 1);
  assert.equal(rounds(12, less, () => 900).calls, 64);
});

Deno.test("a target that is asked too much is not taken for one that is slow by itself", () => {
  const tookMs = (calls: number) => 20 * calls;
  const limit = rounds(1_000, concurrencyLimit(bounds), tookMs);
  assert.ok(limit.calls <= 6 && limit.calls >= 3, `${limit.calls}`);
});

Deno.test("calls that fail together halve it once, and once more when something was answered since", () => {
  let limit = rounds(8, concurrencyLimit(bounds), () => 20);
  const { round: begun } = limit;
  for (let call = 0; call < 64; call++) limit = afterFailure(limit, { round: begun });
  assert.deepEqual([limit.calls, limit.failures], [32, 1]);
  limit = afterAnswer(limit, { tookMs: 20, round: begun, isFull: true });
  assert.deepEqual([limit.calls, limit.failures], [32, 0]);
  limit = afterFailure(limit, { round: limit.round });
  assert.deepEqual([limit.calls, limit.failures], [16, 1]);
});

Deno.test("a target that is away is soon asked by one, and once it is back by all within a few rounds", () => {
  let limit = rounds(8, concurrencyLimit(bounds), () => 20);
  for (let each = 0; each < 2; each++) limit = afterFailure(limit, { round: limit.round });
  assert.deepEqual([limit.calls, limit.failures], [1, 2]);
  assert.equal(rounds(6, limit, () => 20).calls, 64);
});

Deno.test("after it was too much it does not rise so fast again", () => {
  const limit = rounds(5, concurrencyLimit(bounds), () => 20);
  const less = afterFailure(limit, { round: limit.round });
  assert.equal(round(less, () => 20).calls, less.calls + 1);
});
