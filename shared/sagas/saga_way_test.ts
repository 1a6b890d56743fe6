import assert from "node:assert/strict";
import { initialSagaState, type SagaState } from "./saga_state.ts";
import { wayOf } from "./saga_way.ts";

const state: SagaState = {
  ...initialSagaState,
  started: {
    ...{ id: "trip1", version: 1, start: {}, at: undefined },
    plan: {
      groups: [[{ step: "book", kind: "compensatable", undo: "return" }], [
        { step: "pay", kind: "pivot" },
      ]],
      first: ["tell"],
      last: ["close"],
      later: [],
    },
  },
  steps: { book: { status: "done", round: 1, timeouts: 0 } },
};

function told(state: SagaState): string[] {
  const { groups, before, after } = wayOf(state);
  return [...before, ...groups.flat().flatMap((each) => [each, each.undo ?? []]).flat(), ...after]
    .map(({ step, status }) => `${step} ${status}`);
}

Deno.test("operators see which steps are done, which is open or stuck, and which are to come", () => {
  assert.deepEqual(told(state), ["book done", "return todo", "pay todo"]);
  const open = { ...state, open: { pay: "2026-01-01T00:00:00.000Z" } };
  assert.deepEqual(told(open), ["book done", "return todo", "pay open"]);
  const pay = { round: 1, timeouts: 2, stuck: "no answer" };
  assert.deepEqual(told({ ...open, steps: { ...state.steps, pay } }), [
    ...["book done", "return todo", "pay stuck"],
  ]);
});

Deno.test("what comes before and after undoing is shown while it is undone", () => {
  const undoing: SagaState = {
    ...{ ...state, direction: "compensating", open: { return: null } },
    steps: {
      ...state.steps,
      tell: { status: "done", round: 1, timeouts: 0 },
      pay: { status: "refused", round: 1, timeouts: 0 },
    },
  };
  assert.deepEqual(told(undoing), [
    ...["tell done", "book done", "return open", "pay refused", "close todo"],
  ]);
});

Deno.test("while it is undone, what did not stand has nothing to undo, and nothing new is begun", () => {
  const undoing: SagaState = { ...state, direction: "compensating", standing: [] };
  assert.deepEqual(told(undoing), [
    ...["tell todo", "book done", "return needless", "pay needless", "close todo"],
  ]);
  assert.ok(told({ ...undoing, standing: ["book"] }).includes("return todo"));
});
