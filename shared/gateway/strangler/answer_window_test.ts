import { manualClock } from "@headwater/testing";
import assert from "node:assert/strict";
import { answerWindow, type NotedAnswer, type Worse } from "./answer_window.ts";

function opened() {
  const clock = manualClock();
  const window = answerWindow(clock);
  /** So many of them; what was found at the last. */
  function note(
    count: number,
    answer: Partial<NotedAnswer> & Pick<NotedAnswer, "side">,
  ): Worse | undefined {
    let found: Worse | undefined;
    for (let index = 0; index < count; index++) {
      found = window.note({ setting: 1, isError: false, ms: 20, ...answer }) ?? found;
    }
    return found;
  }
  return { clock, note };
}

Deno.test("a new side with more than 2 points more errors is worse, from its hundredth answer on", () => {
  const { note } = opened();
  note(200, { side: "legacy" });
  note(97, { side: "new" });
  assert.equal(note(2, { side: "new", isError: true }), undefined);
  const found = note(1, { side: "new", isError: true });
  assert.deepEqual([found?.why, found?.new.answers, found?.new.errors], ["errors", 100, 3]);
});

Deno.test("errors that the legacy side has as well are no reason", () => {
  const { note } = opened();
  note(190, { side: "legacy" });
  note(10, { side: "legacy", isError: true });
  note(186, { side: "new" });
  // 14 of 200 are 7 %: two points more than 5 %, and not above
  assert.equal(note(14, { side: "new", isError: true }), undefined);
  assert.equal(note(1, { side: "new", isError: true })?.why, "errors");
});

Deno.test("a new side whose slowest twentieth takes half as long again is worse, where anybody notices", () => {
  const cases = [
    { legacy: 20, slow: 29, isWorse: false },
    { legacy: 20, slow: 33, isWorse: true },
    { legacy: 2, slow: 11, isWorse: false },
    { legacy: 2, slow: 13, isWorse: true },
  ];
  for (const { legacy, slow, isWorse } of cases) {
    const { note } = opened();
    note(100, { side: "legacy", ms: legacy });
    note(94, { side: "new", ms: 1 });
    const found = note(6, { side: "new", ms: slow });
    assert.equal(found?.why, isWorse ? "p95" : undefined, `${legacy}, ${slow}`);
    if (!found) continue;
    // To 2 %
    assert.ok(Math.abs((found.new.p95 ?? 0) / slow - 1) < 0.02, String(found.new.p95));
    assert.ok(Math.abs((found.legacy.p95 ?? 0) / legacy - 1) < 0.02, String(found.legacy.p95));
  }
});

Deno.test("a few legacy answers do not say what is usual", () => {
  const { note } = opened();
  note(19, { side: "legacy", ms: 1 });
  assert.equal(note(100, { side: "new", ms: 500 }), undefined);
});

Deno.test("after a minute an answer is forgotten", async () => {
  const { clock, note } = opened();
  note(99, { side: "new", isError: true });
  await clock.advance(60_000);
  assert.equal(note(1, { side: "new", isError: true }), undefined);
  assert.equal(note(98, { side: "new", isError: true }), undefined);
  assert.equal(note(1, { side: "new", isError: true })?.new.answers, 100);
});

Deno.test("what was answered under one setting says nothing of the next", () => {
  const { note } = opened();
  note(99, { side: "new", isError: true });
  assert.equal(note(1, { side: "new", isError: true, setting: 2 }), undefined);
  assert.equal(note(99, { side: "new", isError: true, setting: 1 }), undefined);
  assert.equal(note(98, { side: "new", isError: true, setting: 2 }), undefined);
  assert.ok(note(1, { side: "new", isError: true, setting: 2 }));
});
