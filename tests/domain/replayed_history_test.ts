import { defineEvents } from "@headwater/core";
import { defineSaga, participant, type Saga, sagaEvents } from "@headwater/sagas";
import assert from "node:assert/strict";
import { z } from "zod";
import { derailment } from "./replayed_history.ts";
import { type Happening, toldStory } from "./told_story.ts";

const loanId = z.string();
const thisLoan = z.object({ loanId });
const desk = participant("desk", {
  commands: { Note: z.strictObject({ loanId, what: z.string() }) },
  events: defineEvents("desk", { Asked: thisLoan, Signed: thisLoan, Filed: thisLoan }),
});
const shelf = participant("shelf", {
  commands: { Fetch: z.strictObject({ loanId }) },
  events: defineEvents("shelf", { Fetched: thisLoan, Carried: thisLoan }),
});
const events = sagaEvents("loan", { key: "loanId", start: thisLoan });

/** What may be changed of the definition. */
type Change = {
  readonly version?: number;
  readonly earlier?: readonly Saga[];
  readonly migrates?: readonly number[];
  readonly fetch?: string;
  readonly fetched?: "Fetched" | "Carried";
  readonly note?: string;
  readonly within?: "30s" | "10s";
  readonly isNotedFirst?: true;
};

/** Fetch the book → note it. */
function loanSaga(
  { fetch = "fetch", fetched = "Fetched", note = "lent", within = "30s", ...change }: Change = {},
): Saga {
  const { isNotedFirst, ...versions } = change;
  return defineSaga(events, {
    ...versions,
    startedBy: desk.event("Asked"),
    endedBy: [desk.event("Filed")],
    steps({ retriable }) {
      const steps = [
        retriable(fetch, {
          does: ({ loanId }) => shelf.command("Fetch", { loanId }),
          done: shelf.event(fetched),
          within,
        }),
        retriable("note", {
          does: ({ loanId }) => desk.command("Note", { loanId, what: note }),
          done: desk.event("Signed"),
        }),
      ];
      return isNotedFirst ? steps.toReversed() : steps;
    },
  });
}

const data = { loanId: "loan-1" };
const happenings: readonly Happening[] = [
  ...[{ type: "Asked", data }, { type: "Fetched", data }, { type: "Signed", data }],
  // Once more, when it has ended
  { type: "Signed", data },
];
const history = { version: 1, story: "lent", moments: toldStory(loanSaga(), happenings) };

function derailed(change: Change): string {
  return derailment(loanSaga(change), history) ?? "";
}

Deno.test("a history goes on under the definition that it was stored with", () => {
  assert.equal(derailed({}), "");
});

Deno.test("a changed definition is told with saga, version, story, event, what differs, and what to do", () => {
  const changes: readonly (readonly [Change, RegExp])[] = [
    [{ fetch: "bring" }, /line 1, after Asked: wants\[0\] was .*"step":"fetch".*, is nothing$/m],
    [
      { isNotedFirst: true },
      /line 1, after Asked: noted\[0\]\.data\.plan\.groups\[0\]\[0\]\.step was "fetch", is "note"$/m,
    ],
    [
      { note: "gone" },
      /line 2, after Fetched: wants\[0\]\.command\.data\.what was "lent", is "gone"$/m,
    ],
    [
      { within: "10s" },
      /line 1, after Asked: timers\[0\]\.dueAt was ".*:31\..*", is ".*:11\..*"$/m,
    ],
    [{ fetched: "Carried" }, /line 2, after Fetched: noted\[0\] was .*"StepDone".*, is nothing$/m],
    [{ version: 2 }, /anywhere: this code has versions 2$/m],
  ];
  for (const [change, what] of changes) {
    const said = derailed(change);
    assert.match(
      said,
      /^A running instance of saga "loan", version 1, would be derailed: story "lent"/,
    );
    assert.match(said, what);
    assert.match(said, /raise `version`.*`migrates`.*`earlier`.*deno task sagas:store/);
  }
});

Deno.test("a new version derails nobody, where the earlier one is kept or its instances go over", () => {
  const changed = { version: 2, fetch: "bring", note: "gone" };
  assert.equal(derailed({ ...changed, earlier: [loanSaga()] }), "");
  assert.equal(derailed({ version: 2, note: "gone", migrates: [1] }), "");
});

Deno.test("going over is no way out for who is at a step that is gone, or whose answers are heard no more", () => {
  assert.match(
    derailed({ version: 2, fetch: "bring", migrates: [1] }),
    /line 1, after Asked: it is stuck at fetch: version 2 has no step "fetch"/,
  );
  assert.match(
    derailed({ version: 2, fetched: "Carried", migrates: [1] }),
    /line 2, after Fetched: it no longer takes what was noted as StepDone/,
  );
});
