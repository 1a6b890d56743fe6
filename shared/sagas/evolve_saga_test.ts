import assert from "node:assert/strict";
import { ProcessInstance } from "@headwater/testing";
import { type MadeSaga, sagaOf } from "@headwater/testing/explorer";
import type { Saga } from "./mod.ts";

type Made = ProcessInstance<Saga["initialState"]>;

function begun(made: MadeSaga): Made {
  const { saga, begin } = sagaOf(made);
  return new ProcessInstance(saga).hear(begin);
}

function told(type: string) {
  return { type, data: { id: "1", item: "", reason: "so it is" } };
}

/** Where it is. */
function openOf({ state }: Made): string[] {
  return Object.keys(state.open);
}

const pivotLast: MadeSaga = {
  parts: [[{ kind: "compensatable", by: 1 }], [{ kind: "pivot", by: 2 }]],
  cancel: "refused",
};

Deno.test("a point of no return that was passed after all, while others were being undone, is stuck until operators free it", () => {
  const late = () =>
    begun(pivotLast).hear(told("S1Done")).answered("s2", "refused").hear(told("S2Done"));
  assert.deepEqual(openOf(late()), ["s2"]);
  assert.match(late().tells.stuck!.cause, /^done-too-late/);
  assert.deepEqual([late().sends, late().finished], [[], false]);
  // What comes again, or late, makes it no other
  const again = late().hear(told("S2Done")).answered("s2", "refused");
  assert.deepEqual(again.state, late().hear(told("S2Done")).state);
  for (const act of ["retry", "resume", "skip"] as const) {
    const freed = late().operated(act);
    assert.deepEqual([freed.sends, freed.tells.stuck], [["undo-s1#1"], undefined], act);
    assert.ok(freed.hear(told("S1Undone")).finished);
  }
  const undone = begun(pivotLast).hear(told("S1Done")).answered("s2", "refused");
  assert.equal(undone.hear(told("S1Undone"), told("S2Done")).tells.stuck?.step, "s2");
});

Deno.test("a point of no return that was passed after all, when nothing was undone, is where it goes on", () => {
  const made: MadeSaga = {
    parts: [[{ kind: "pivot", by: 1 }], [{ kind: "retriable", by: 2 }]],
    cancel: "refused",
  };
  const instance = begun(made).answered("s1", "refused").hear(told("S1Done"));
  assert.deepEqual(instance.sends, ["s2#1"], "nobody has called it off, and nobody is refused");
  assert.ok(!instance.tells.isCompensating);
});

Deno.test("what was done after all counts as done last, and is undone anew when that has begun", () => {
  const side: MadeSaga = {
    parts: [[{ kind: "compensatable", by: 1, each: "in turn" }]],
    hasFirst: true,
  };
  const doubtful = () =>
    begun(side).answered("s1:a", "unknown").answered("s1:b", "unknown").operated("compensate");
  function done(item: string) {
    return { type: "S1Done", data: { id: "1", item, reason: "so it is" } };
  }
  assert.deepEqual(doubtful().hear(done("a"), told("Opened")).sends, ["undo-s1:a#1"]);
  // What was answered to the first says nothing of what was done since
  const begunTo = doubtful().hear(told("Opened"), done("b"));
  assert.deepEqual(begunTo.sends, ["undo-s1:b#2"]);
});

Deno.test("side by side is undone only what was done with nothing else in between", () => {
  const made: MadeSaga = {
    parts: [
      [{ kind: "compensatable", by: 1 }],
      [{ kind: "compensatable", by: 2 }, { kind: "compensatable", by: 3 }],
      [{ kind: "compensatable", by: 4 }],
    ],
  };
  const instance = begun(made).answered("s1", "unknown").operated("skip", "s1")
    .hear(told("S2Done"), told("S1Done"), told("S3Done")).answered("s4", "refused");
  assert.deepEqual(openOf(instance), ["undo-s3"]);
  assert.deepEqual(openOf(instance.hear(told("S3Undone"))), ["undo-s1"]);
  assert.deepEqual(openOf(instance.hear(told("S1Undone"))), ["undo-s2"]);
});

Deno.test("a cancellation that comes too late for one step is not taken back where another was refused or is being undone", () => {
  const made: MadeSaga = {
    parts: [[
      { kind: "compensatable", by: 1, isKept: true },
      { kind: "compensatable", by: 2, isRefusable: true },
    ]],
    cancel: "refused",
  };
  const refused = begun(made).hear(told("CalledOff"), told("S1Done"), told("S2Refused"));
  assert.deepEqual(refused.hear(told("S1Kept")).tells.stuck?.step, "undo-s1");
  const beside = begun(made).hear(told("CalledOff"), told("S1Done"), told("S2Done"));
  assert.deepEqual(beside.sends, ["undo-s1#1", "undo-s2#1"]);
  assert.deepEqual(beside.hear(told("S1Kept")).tells.stuck?.step, "undo-s1");
  assert.deepEqual(beside.sends, ["undo-s2#1"]);
});

Deno.test("a second cancellation that is too late is answered by what answers the first, in the same words", () => {
  const instance = begun(pivotLast).hear(told("S1Done"), told("S2Done"), told("CalledOff"));
  const [first] = instance.outstanding;
  const again = { type: "CalledOff", data: { id: "1", reason: "once more" } };
  assert.deepEqual(instance.hear(again).outstanding, [first]);
});

Deno.test("a point of no return that operators take for done is one from then on", () => {
  const skipped = begun(pivotLast).hear(told("S1Done")).answered("s2", "unknown").operated("skip");
  assert.ok(skipped.finished);
  assert.throws(() => skipped.operated("compensate"), { message: /it is done \(past its pivot\)/ });
  assert.deepEqual(skipped.hear(told("CalledOff")).sends, ["refuse#1"]);
  // Where it goes back they say that it needs no more care
  const back = begun(pivotLast).hear(told("S1Done"), told("CalledOff")).answered("s2", "unknown");
  assert.deepEqual(back.operated("skip").sends, ["undo-s1#1"]);
});
