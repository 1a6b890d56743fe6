import assert from "node:assert/strict";
import { defineEvents } from "@headwater/core";
import { z } from "zod";
import { defineSaga, participant, sagaEvents } from "./mod.ts";
import type { Part, StepsOf, StepTemplate } from "./saga_steps.ts";

const tripId = z.string();
const trip = participant("trip", {
  commands: { Do: z.strictObject({ tripId }) },
  events: defineEvents("trip", {
    Wanted: z.object({ tripId }),
    Done: z.object({ tripId, what: z.string() }),
    Refused: z.object({ tripId, reason: z.string() }),
    Undone: z.object({ tripId }),
    Elsewhere: z.object({ place: z.string() }),
  }),
});
const other = participant("other", {
  commands: {},
  events: defineEvents("other", { Done: z.object({ tripId }) }),
});
const start = z.object({ tripId });

type Start = { readonly tripId: string };
function does({ tripId }: Start) {
  return trip.command("Do", { tripId });
}
function done(what: string) {
  return trip.event("Done", { where: { what } });
}

function define(steps: (make: StepsOf<Start>) => readonly (StepTemplate | Part)[]) {
  return defineSaga(sagaEvents("travel", { key: "tripId", start }), {
    startedBy: trip.event("Wanted"),
    steps,
  });
}

Deno.test("what a definition makes impossible is refused at start, with the step and what to write instead", () => {
  const undo = ({ retriable }: StepsOf<Start>) =>
    retriable("undo", { does, done: trip.event("Undone") });
  const refusals: readonly [Parameters<typeof define>[0], RegExp][] = [
    [
      (make) => [
        make.pivot("pay", { does, done: done("pay") }),
        make.compensatable("book", { does, done: done("book"), undo: undo(make) }),
      ],
      /step "book": it comes after the pivot "pay", from where there is no way back: make it retriable/,
    ],
    [
      ({ pivot }) => [
        pivot("pay", { does, done: done("pay") }),
        pivot("again", { does, done: done("again") }),
      ],
      /step "again": .*there can be one pivot/,
    ],
    [
      ({ compensatable }) => [
        compensatable("book", { does, done: done("book"), withoutUndo: " " }),
      ],
      /step "book": its compensation is missing/,
    ],
    [
      ({ retriable }) => [retriable("book", { does, done: [] })],
      /step "book": no event can complete it/,
    ],
    [
      ({ retriable }) => [
        retriable("book", { does, done: trip.event("Done") }),
        retriable("pay", { does, done: done("pay") }),
      ],
      /step "pay": "Done" would complete step "book" too: say by `where` which of them/,
    ],
    [
      ({ retriable }) => [
        retriable("book", { does, done: done("a") }),
        retriable("book", { does, done: done("b") }),
      ],
      /step "book": another step has this name/,
    ],
    [
      ({ retriable }) => [
        retriable("book", { does, done: done("a"), refused: trip.event("Done") }),
      ],
      /step "book": "Done" cannot both complete and refuse it/,
    ],
    [
      ({ retriable }) => [retriable("book", { does, done: trip.event("Elsewhere") })],
      /step "book": "Elsewhere" has no field "tripId", by which it is told whose it is/,
    ],
    [
      ({ retriable }) => [
        retriable("book", { does, done: done("book") }),
        retriable("pay", { does, done: other.event("Done") }),
      ],
      /it hears "Done" of both "trip" and "other"/,
    ],
    [({ retriable }) => [retriable("Book!", { does, done: done("a") })], /its name must be like/],
    [
      (make) => [
        make.parallel(
          make.pivot("pay", { does, done: done("pay") }),
          make.compensatable("book", { does, done: done("book"), undo: undo(make) }),
        ),
      ],
      /step "pay": a pivot stands by itself/,
    ],
    [({ after }) => [after("rest", "0s")], /Cannot read "0s" as a duration/],
  ];
  for (const [steps, message] of refusals) assert.throws(() => define(steps), { message });
});

Deno.test("what can be done is taken as it is", () => {
  const saga = define(({ compensatable, retriable, pivot, after, parallel }) => [
    parallel(
      compensatable("book", {
        does,
        done: done("book"),
        undo: retriable("return", { does, done: trip.event("Undone") }),
      }),
      compensatable("note", { does, done: done("note"), withoutUndo: "A note harms nobody" }),
    ),
    after("think", "1h"),
    pivot("pay", { does, done: done("pay"), refused: trip.event("Refused") }),
    retriable("tell", { does, done: done("tell") }),
  ]);
  assert.deepEqual([...saga.definition.templates.keys()], [
    ...["book", "return", "note", "think", "pay", "tell"],
  ]);
});
