import type { DomainEvent } from "@headwater/core";
import type { Saga } from "@headwater/sagas";
import assert from "node:assert/strict";
import {
  exploreSaga,
  generatedSaga,
  type MadeSaga,
  replaySaga,
  sagaOf,
  type Stage,
} from "./explore_saga.ts";

const threeSteps: MadeSaga = {
  parts: [1, 2, 3].map((by) => [{ kind: "compensatable", by, isRefusable: true }]),
};

type Faults = (saga: Saga) => Partial<Saga>;

function broken(faults: Faults, made = threeSteps): string {
  const stage = sagaOf(made);
  const faulty: Stage = { ...stage, saga: { ...stage.saga, ...faults(stage.saga) } };
  const { broken = "nothing" } = exploreSaga(faulty, { seed: 1, schedules: 500 });
  return broken;
}

/** The acts of a history, without what followed from them. */
function actsIn(story: string): string[] {
  return [...story.matchAll(/^ *\d+\. (.*)$/gm)].map(([, act]) => act!);
}

function isLate({ direction }: Saga["initialState"], { type, data }: DomainEvent): boolean {
  return direction === "compensating" && type === "StepDone" &&
    !("compensates" in (data as object));
}

Deno.test("sagas that are made up end with all done, or all undone, or stuck, whatever happens", () => {
  for (let seed = 0; seed < 50; seed++) {
    const { broken } = exploreSaga(sagaOf(generatedSaga(seed)), { seed: seed * 10, schedules: 10 });
    if (broken !== undefined) assert.fail(`made up with seed ${seed}: ${broken}`);
  }
});

Deno.test("everything that may happen to a small saga is tried, the shortest histories first", () => {
  const made: MadeSaga = { parts: [[{ kind: "compensatable", by: 1, isRefusable: true }]] };
  const { broken, depth, worlds } = exploreSaga(sagaOf(made), {
    ...{ seed: 1, schedules: 0, worlds: 2_000 },
  });
  if (broken !== undefined) assert.fail(broken);
  assert.ok(depth >= 5 && worlds === 2_000, `${depth} ${worlds}`);
});

Deno.test("what is undone in the order in which it was done is found", () => {
  const story = broken((saga) => ({
    evolve(state, event) {
      const next = saga.evolve(state, event);
      const isUndone = next.direction === "compensating";
      return isUndone ? next : { ...next, standing: next.standing.toReversed() };
    },
  }));
  assert.match(story, /^Saga "made-up": undo-s1 undoes s1 before s2, which was done later\n/);
  assert.deepEqual(actsIn(story), [
    "Begun of own is heard",
    "s1#1 is done",
    "S1Done of part1 is heard",
    "s2#1 is done",
    "S2Done of part2 is heard",
    "s3#1 is refused by its answer",
  ]);
});

Deno.test("a late success that is not undone is found", () => {
  const story = broken((saga) => ({
    react(input, state, context) {
      return saga.react(input, state, context).filter((event) => !isLate(state, event));
    },
  }));
  assert.match(story, /it has gone back, and s1 was done and not undone/);
  assert.ok(actsIn(story).length <= 6, story);
});

Deno.test("a refusal that is taken for done is found", () => {
  const story = broken((saga) => ({
    react(input, state, context) {
      return saga.react(input, state, context).map((event) =>
        event.type === "StepRefused" ? { ...event, type: "StepDone" } : event
      );
    },
  }));
  assert.match(story, /it is finished, and s1 was not done/);
  assert.ok(actsIn(story).includes("s1#1 is refused by an event"), story);
});

Deno.test("what undoes a step under a second id is found", () => {
  const made: MadeSaga = {
    parts: [[{ kind: "compensatable", by: 1 }, { kind: "compensatable", by: 2 }]],
  };
  const story = broken((saga) => ({
    outstanding(state) {
      const undone = Object.values(state.steps).filter(({ status }) => status === "undone").length;
      return saga.outstanding(state).map((step) => ({ ...step, round: 1 + undone }));
    },
  }), made);
  assert.match(story, /undo-s\d#2 is sent under a second id, though it was done under its first/);
});

Deno.test("what is sent as another command under the same id is found", () => {
  let count = 0;
  const story = broken((saga) => ({
    outstanding: (state) =>
      saga.outstanding(state).map((step) => ({
        ...step,
        command: { type: "Do", data: { count: ++count } },
      })),
  }));
  assert.match(story, /s1#1 is two commands under one id/);
});

Deno.test("a saga that waits for nothing is found, and one that forgets over a crash", () => {
  const silent = broken((saga) => ({
    notice: (notice, state) =>
      notice.type === "TimerFired" || notice.type === "StepAnswered"
        ? []
        : saga.notice?.(notice, state) ?? [],
    timers: () => [],
    outstanding: (state) => saga.outstanding(state).filter(({ name }) => name !== "undo-s1"),
  }));
  assert.match(silent, /it rests, and is neither finished nor stuck: undo-s1 is to be done/);
  let evolved = 0;
  const forgetful = broken((saga) => ({
    evolve: (state, event) => ({ ...saga.evolve(state, event), heard: [String(evolved++)] }),
  }));
  assert.match(forgetful, /what it is by what is stored is not what it was before the crash/);
});

Deno.test("what is done anew under the id of what was done before is found, and what nobody has asked for", () => {
  const made: MadeSaga = { parts: [[{ kind: "pivot", by: 1 }]], cancel: "refused" };
  const again = broken((saga) => ({
    outstanding: (state) => saga.outstanding(state).map((step) => ({ ...step, round: 1 })),
  }), made);
  assert.match(again, /refuse#1 is sent again though it was done, under the id that it had then/);
  const unasked = broken((saga) => ({
    evolve(state, event) {
      const next = saga.evolve(state, event);
      return event.type === "StepDone" && "s1" in next.steps && !("refuse" in next.steps)
        ? { ...next, refuses: true, open: { refuse: null } }
        : next;
    },
  }), made);
  assert.match(unasked, /refuse is sent, and nobody has called it off/);
});

Deno.test("a history is shown with what followed from each act, its seed, and how to see it again", () => {
  const stage = sagaOf(threeSteps);
  const story = replaySaga(stage, ["Begun of own is heard", "s1#1 fails"]);
  assert.equal(
    story,
    `Saga "made-up": all is well
   1. Begun of own is heard
        notes SagaStarted
        sends s1#1
   2. s1#1 fails
        notes StepRefused s1
To see it again: replaySaga(stage, ["Begun of own is heard","s1#1 fails"])
`,
  );
  const found = broken((saga) => ({
    react: (input, state, context) =>
      saga.react(input, state, context).filter((event) => !isLate(state, event)),
  }));
  assert.match(found, /\nFound with seed \d+\. To see it again: replaySaga\(stage, \[/);
});
