import assert from "node:assert/strict";
import { Refusal } from "@headwater/core";
import { ProcessInstance } from "@headwater/testing";
import type { Saga } from "./mod.ts";
import {
  booked,
  calledOff,
  full,
  paid,
  returned,
  travelSaga,
  wanted,
} from "./testing/travel_saga.ts";

type Travel = ProcessInstance<Saga["initialState"]>;

function travel(saga: Saga = travelSaga()): Travel {
  return new ProcessInstance(saga);
}

/** Where it is, stuck or not. */
function openOf({ state }: Travel): string[] {
  return Object.keys(state.open);
}

Deno.test("steps of a group are taken side by side, and what events had to keep makes later commands", () => {
  const instance = travel().hear(wanted);
  assert.deepEqual(instance.sends, ["book:a#1", "book:b#1"]);
  instance.hear(booked("b"));
  assert.deepEqual(instance.sends, ["book:a#1"]);
  instance.hear(booked("a"));
  const [pay] = instance.outstanding;
  assert.deepEqual([pay?.name, pay?.command.data], ["pay", { tripId: "t", amount: 140 }]);
  assert.deepEqual(instance.tells.keys, ["a", "b"]);
});

Deno.test("a refusal waits for those beside it, then undoes what stands, those side by side", () => {
  const instance = travel().hear(wanted, full("a"));
  assert.deepEqual([openOf(instance), instance.tells.isCompensating], [["book:b"], true]);
  instance.hear(booked("b"));
  assert.deepEqual(openOf(instance), ["return:b"]);
  assert.ok(instance.hear(returned("b")).finished);

  const both = travel().hear(wanted, booked("b"), booked("a"));
  both.answered("pay", "refused", "card-unknown");
  assert.deepEqual(openOf(both).toSorted(), ["return:a", "return:b"]);
});

Deno.test("what was done after all, though it was given up, is undone too, also when it is undone a second time", () => {
  const instance = travel().hear(wanted, booked("b"), full("a"), returned("b"));
  assert.ok(instance.finished);
  assert.deepEqual(instance.hear(booked("a")).sends, ["return:a#1"]);
  instance.hear(returned("a"), booked("a"));
  assert.deepEqual(instance.sends, ["return:a#2"]);
  assert.ok(instance.hear(returned("a")).finished);
});

Deno.test("a machine that fails is a refusal before there is no way back, and stuck after it", () => {
  const before = travel().hear(wanted, booked("a"), booked("b")).answered(
    "pay",
    "failed",
    "away",
  );
  assert.deepEqual(before.noted.at(-1)?.data, {
    ...{ tripId: "t", step: "pay", reason: "away" },
    at: before.at,
  });
  assert.ok(before.tells.isCompensating);
  const after = travel().hear(wanted, booked("a"), booked("b"), paid).wait(90_000_000)
    .answered("ticket", "failed", "away");
  assert.deepEqual(after.tells.stuck, { step: "ticket", cause: "away: so it is" });
  assert.deepEqual([after.sends, after.finished], [[], false]);
});

Deno.test("what is unknown is stuck, until an event or an operator says what became of it", () => {
  const stuck = () => travel().hear(wanted, booked("a"), booked("b")).answered("pay", "unknown");
  assert.deepEqual(stuck().tells.stuck?.step, "pay");
  assert.deepEqual(openOf(stuck().hear(paid)), ["rest"]);
  assert.deepEqual(stuck().operated("resume").sends, ["pay#1"]);
  assert.deepEqual(stuck().operated("retry").sends, ["pay#2"]);
  assert.deepEqual(openOf(stuck().operated("skip")), ["rest"]);
  assert.deepEqual(openOf(stuck().operated("compensate")).toSorted(), ["return:a", "return:b"]);
  // Nobody who calls it off knows more
  assert.deepEqual(openOf(stuck().hear(calledOff)), ["pay"]);
});

Deno.test("compensation of what may never have happened takes that it has not", () => {
  const instance = travel().hear(wanted, booked("a")).answered("book:b", "unknown");
  instance.operated("compensate");
  assert.deepEqual(openOf(instance).toSorted(), ["return:a", "return:b"]);
  instance.hear(returned("a")).answered("return:b", "refused", "booking-unknown");
  assert.ok(instance.finished);
  assert.deepEqual(instance.hear(booked("b")).sends, ["return:b#2"]);
});

Deno.test("a compensation that is refused or exhausted is stuck, and is no more once it is freed", () => {
  for (const outcome of ["refused", "failed"] as const) {
    const instance = travel().hear(wanted, booked("a"), full("b")).answered(
      "return:a",
      outcome,
    );
    assert.equal(instance.tells.stuck?.step, "return:a");
    assert.ok(!instance.finished);
    assert.deepEqual(instance.again().operated("retry").sends, ["return:a#2"]);
    assert.ok(instance.again().operated("skip").finished);
  }
});

Deno.test("a cancellation undoes; past the pivot it is refused, each time, by an event of its own", () => {
  const instance = travel().hear(wanted, booked("a"), booked("b"), calledOff);
  assert.deepEqual(openOf(instance), ["pay"], "its outcome is awaited");
  instance.again().hear({ type: "NotPaid", data: { tripId: "t", reason: "poor" } });
  instance.hear(paid);
  assert.equal(instance.noted.at(-1)?.type, "CancellationRefused");
  assert.deepEqual(instance.sends, ["refuse#1"]);
  instance.hear({ type: "CallingOffRefused", data: { tripId: "t" } });
  assert.deepEqual(openOf(instance), ["rest"]);
  assert.deepEqual(instance.hear(calledOff).sends, ["refuse#2"]);

  const early = travel().hear(wanted, booked("a"), calledOff, booked("b"), calledOff);
  assert.deepEqual(openOf(early).toSorted(), ["return:a", "return:b"]);
});

Deno.test("times: a step without an answer is asked about, then stuck; one that rests goes on; stale ones lead to nothing", () => {
  const slow = travel().hear(wanted, booked("a"), booked("b")).wait(31_000);
  assert.equal(slow.outstanding[0]?.isUnknown, true);
  assert.deepEqual(slow.wait(31_000).wait(31_000).tells.stuck, {
    step: "pay",
    cause: "no-answer: none in 30000 ms, 3 times",
  });
  const resting = travel().hear(wanted, booked("a"), booked("b"), paid);
  const [rest] = resting.timers;
  assert.equal(Date.parse(rest!.dueAt) - Date.parse(resting.at), 86_400_000);
  assert.deepEqual(openOf(resting.wait(86_399_000)), ["rest"]);
  assert.deepEqual(openOf(resting.wait(1_000)), ["ticket"]);
  const before = resting.state;
  resting.fire(rest!);
  assert.equal(resting.state, before);
});

Deno.test("times: an instance that comes to no end is undone while it can be", () => {
  const instance = travel().hear(wanted, booked("a"));
  instance.wait(901_000);
  assert.ok(instance.tells.isCompensating);
  assert.deepEqual(openOf(instance), ["book:b"]);
});

Deno.test("what has ended is left as it is, and operators' acts on the wrong state say which they need", () => {
  const ended = travel().hear(wanted, booked("a"), { type: "Ended", data: { tripId: "t" } });
  assert.ok(ended.finished);
  const done = travel().hear(wanted, booked("a"), booked("b"), paid);
  for (
    const [act, message] of [
      ["retry", 'Cannot retry "t": it is past its pivot, this needs a step to be stuck'],
      [
        "compensate",
        'Cannot compensate "t": it is past its pivot, this needs it to be on its way, or done, before its pivot',
      ],
    ] as const
  ) {
    assert.throws(
      () => done.operated(act),
      (error) =>
        error instanceof Refusal && error.code === "saga-not-in-state" && error.message === message,
    );
  }
  assert.throws(() => ended.operated("skip"), { message: /this needs a step to be outstanding/ });
});

Deno.test("instances of another version end as they began, go over, or wait for a release that has it", () => {
  const first = travel(travelSaga(1)).hear(wanted, booked("a"), booked("b"), paid);
  const beside = first.again(travelSaga(2, { earlier: [travelSaga(1)] })).wait(90_000_000);
  assert.deepEqual([openOf(beside), beside.tells.version], [["ticket"], 1]);
  const over = first.again(travelSaga(2, { migrates: [1] })).wait(90_000_000);
  assert.deepEqual([openOf(over), over.tells.version], [["e-ticket"], 2]);
  assert.ok(over.noted.some(({ type }) => type === "SagaMigrated"));
  const stranded = first.again(travelSaga(2));
  assert.match(stranded.tells.stuck!.cause, /does not run version 1/);
  assert.deepEqual(stranded.sends, []);
  assert.throws(
    () => stranded.hear(calledOff),
    /runs by version 1 of "travel", this release has 2/,
  );
});

Deno.test("operators take over to another version who is at a step that is gone", () => {
  const first = travel(travelSaga(1)).hear(wanted, booked("a"), booked("b"), paid).wait(90_000_000);
  for (const act of ["retry", "resume"] as const) {
    const over = first.again(travelSaga(2, { migrates: [1] }));
    assert.deepEqual([over.sends, over.tells.stuck?.step], [[], "ticket"]);
    assert.throws(() => over.operated(act, "pay"), Refusal);
    over.operated(act, "ticket");
    const { type, data } = over.noted.at(-1)!;
    assert.deepEqual([type, (data as { actor?: string }).actor], ["SagaMigrated", "ada"]);
    assert.deepEqual([over.sends, over.tells.version], [["e-ticket#1"], 2]);
    assert.equal(over.tells.stuck, undefined);
  }
});

Deno.test("an answer that comes again takes nobody who has ended over to another version", () => {
  const ticket = { type: "Done", data: { tripId: "t", what: "ticket" } };
  const ended = travel(travelSaga(1)).hear(wanted, booked("a"), booked("b"), paid)
    .wait(90_000_000).hear(ticket);
  const again = ended.again(travelSaga(2, { migrates: [1] })).hear(paid);
  assert.equal(again.noted.at(-1)?.type, "AnswerHeard");
  assert.deepEqual([again.finished, again.tells.version], [true, 1]);
});

Deno.test("a step that the code no longer has is stuck, and what has ended stays so whatever the code says", () => {
  const first = travel(travelSaga(1)).hear(wanted, booked("a"), booked("b"), paid).wait(90_000_000);
  const other = { ...travelSaga(2), ...travelSaga(2, { migrates: [1] }) };
  assert.match(first.again(other).tells.stuck!.cause, /version 2 has no step "ticket"/);
  first.hear({ type: "Done", data: { tripId: "t", what: "ticket" } });
  assert.ok(first.again(other).finished);
});

Deno.test("where nobody knows whether there is something to undo, that nothing follows may say that there is not", () => {
  const silent = travelSaga(1, { nothing: ["no-event"] });
  const known = travel(silent).hear(wanted, booked("a"), full("b"));
  assert.equal(known.outstanding[0]?.isDoneWhenTaken, undefined);
  const unknown = travel(silent).hear(wanted, booked("a")).answered("book:b", "unknown");
  const steps = unknown.operated("compensate").outstanding;
  assert.deepEqual(
    Object.fromEntries(steps.map(({ name, isDoneWhenTaken }) => [name, isDoneWhenTaken])),
    { "return:a": undefined, "return:b": true },
  );
  unknown.hear(returned("a")).answered("return:b", "done");
  assert.ok(unknown.finished);
  assert.deepEqual(unknown.hear(booked("b")).sends, ["return:b#2"]);
});

Deno.test("what was given up and then refused was never done, and is not undone", () => {
  const instance = travel().hear(wanted, booked("a")).answered("book:b", "unknown");
  instance.operated("compensate").hear(full("b"));
  assert.deepEqual(openOf(instance), ["return:a"]);
  assert.ok(instance.hear(returned("a")).finished);
});
