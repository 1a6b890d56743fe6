import assert from "node:assert/strict";
import { type ExpectedRevision, RevisionConflict } from "@headwater/core";
import {
  allOf,
  type EventLogTestCase,
  type EventLogTests,
  idsOf,
  newEvent,
  newEvents,
} from "./event_log_test_case.ts";

/** Appends, lets others append, then appends the same again: the first answer must come back. */
async function repeatAfterOthers(
  { log, stream }: EventLogTestCase,
  { expected, begun }: { expected: ExpectedRevision; begun: boolean },
): Promise<void> {
  const name = stream();
  if (begun) await log.append(name, newEvents(2), { expected: "no-stream" });
  const events = newEvents(3);
  const original = await log.append(name, events, { expected });
  assert.equal(original.repeated, false);
  await log.append(name, newEvents(2), { expected: "any" });
  await log.append(stream(), newEvents(2), { expected: "any" });
  const before = await allOf(log.read(name));

  assert.deepEqual(await log.append(name, events, { expected }), { ...original, repeated: true });
  assert.deepEqual(idsOf(await allOf(log.read(name))), idsOf(before));
}

export const repeatTests: EventLogTests = {
  "the same append repeated with no-stream has one effect": (test) =>
    repeatAfterOthers(test, { expected: "no-stream", begun: false }),

  "the same append repeated with an exact revision has one effect": (test) =>
    repeatAfterOthers(test, { expected: 1, begun: true }),

  "the same append repeated with any has one effect": (test) =>
    repeatAfterOthers(test, { expected: "any", begun: true }),

  "the same append repeated with stream-exists has one effect": (test) =>
    repeatAfterOthers(test, { expected: "stream-exists", begun: true }),

  async "the same append sent twice at once has one effect"({ log, stream }) {
    for (const expected of ["no-stream", "any"] as const) {
      const name = stream();
      const events = newEvents(2);
      const answers = await Promise.all([
        log.append(name, events, { expected }),
        log.append(name, events, { expected }),
      ]);
      assert.deepEqual(answers.map(({ repeated }) => repeated).toSorted(), [false, true]);
      assert.deepEqual(answers[0]!.position, answers[1]!.position);
      assert.equal((await allOf(log.read(name))).length, 2);
    }
  },

  async "the first events of a repeated append alone are a repeat as well"({ log, stream }) {
    const name = stream();
    const events = newEvents(3);
    await log.append(name, events, { expected: "no-stream" });
    const part = await log.append(name, events.slice(0, 2), { expected: "no-stream" });
    assert.deepEqual([part.revision, part.repeated], [1, true]);
  },

  async "a repeat with another event among its events conflicts"({ log, stream }) {
    const name = stream();
    const [first, second] = newEvents(2);
    await log.append(name, [first!, second!], { expected: "no-stream" });
    for (const expected of ["no-stream", "any", "stream-exists"] as const) {
      await assert.rejects(
        log.append(name, [first!, newEvent()], { expected }),
        RevisionConflict,
        expected,
      );
    }
    assert.equal((await allOf(log.read(name))).length, 2);
  },

  async "a repeat that goes on beyond what is there conflicts"({ log, stream }) {
    const name = stream();
    const [first, second] = newEvents(2);
    await log.append(name, [first!], { expected: "no-stream" });
    for (const expected of ["no-stream", "any"] as const) {
      await assert.rejects(
        log.append(name, [first!, second!], { expected }),
        RevisionConflict,
        expected,
      );
    }
  },

  async "known events at another revision than expected conflict"({ log, stream }) {
    const name = stream();
    const events = newEvents(1);
    await log.append(name, newEvents(2), { expected: "no-stream" });
    await log.append(name, events, { expected: 1 });
    await assert.rejects(log.append(name, events, { expected: 0 }), RevisionConflict);
    await assert.rejects(log.append(name, events, { expected: "no-stream" }), RevisionConflict);
  },

  async "an append at the right revision is written though its ids are known"({ log, stream }) {
    const name = stream();
    const events = newEvents(1);
    await log.append(name, events, { expected: "no-stream" });
    const again = await log.append(name, events, { expected: 0 });
    assert.deepEqual([again.revision, again.repeated], [1, false]);
  },
};
