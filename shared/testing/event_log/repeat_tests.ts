import assert from "node:assert/strict";
import { eventLog } from "@headwater/core";
import { appendAtEnd } from "../append_at_end.ts";
import {
  allOf,
  type EventLogTestCase,
  type EventLogTests,
  newEvent,
  newEvents,
} from "./test_case.ts";

/** Appends, lets others append, then appends the same again: the first answer must come back. */
async function repeatAfterOthers(
  { log, stream }: EventLogTestCase,
  { expected, begun }: { expected: eventLog.ExpectedRevision; begun: boolean },
): Promise<void> {
  const name = stream();
  if (begun) await log.append(name, newEvents(2), { expected: "no-stream" });
  const events = newEvents(3);
  const original = await log.append(name, events, { expected });
  assert.deepEqual(await log.append(name, events, { expected }), original, "as the last append");
  for (let later = 0; later < 3; later++) {
    await appendAtEnd(log, name, newEvents(2));
    await log.append(stream(), newEvents(200), { expected: "no-stream" });
  }
  const before = await allOf(log.read(name));

  assert.deepEqual(await log.append(name, events, { expected }), original);
  assert.deepEqual(await allOf(log.read(name)), before);
  const [place] = before.filter(({ id }) => id === events.at(-1)!.id);
  assert.deepEqual(original, { revision: place?.revision, position: place?.position });
}

export const repeatTests: EventLogTests = {
  "the same append repeated with no-stream has one effect": (test) =>
    repeatAfterOthers(test, { expected: "no-stream", begun: false }),

  "the same append repeated with an exact revision has one effect": (test) =>
    repeatAfterOthers(test, { expected: 1, begun: true }),

  async "the same append sent twice at once has one effect"({ log, stream }) {
    const name = stream();
    for (const expected of ["no-stream", 1] as const) {
      const events = newEvents(2);
      const answers = await Promise.all([
        log.append(name, events, { expected }),
        log.append(name, events, { expected }),
      ]);
      const { revision, position } = (await allOf(log.read(name))).at(-1)!;
      assert.equal(revision, expected === 1 ? 3 : 1);
      assert.deepEqual(answers, [{ revision, position }, { revision, position }]);
    }
  },

  async "the first events of a repeated append alone are a repeat as well"({ log, stream }) {
    const name = stream();
    const events = newEvents(3);
    await log.append(name, events, { expected: "no-stream" });
    const part = await log.append(name, events.slice(0, 2), { expected: "no-stream" });
    assert.equal(part.revision, 1);
    assert.equal((await allOf(log.read(name))).length, 3);
  },

  async "a repeat with another event among its events conflicts"({ log, stream }) {
    const name = stream();
    const [first, second] = newEvents(2);
    await log.append(name, [first!, second!], { expected: "no-stream" });
    await assert.rejects(
      log.append(name, [first!, newEvent()], { expected: "no-stream" }),
      eventLog.RevisionConflict,
    );
    assert.equal((await allOf(log.read(name))).length, 2);
  },

  async "a repeat that goes on beyond what is there conflicts"({ log, stream }) {
    const name = stream();
    const [first, second] = newEvents(2);
    await log.append(name, [first!], { expected: "no-stream" });
    await assert.rejects(
      log.append(name, [first!, second!], { expected: "no-stream" }),
      eventLog.RevisionConflict,
    );
  },

  async "known events at another revision than expected conflict"({ log, stream }) {
    const name = stream();
    const events = newEvents(1);
    await log.append(name, newEvents(2), { expected: "no-stream" });
    await log.append(name, events, { expected: 1 });
    await assert.rejects(log.append(name, events, { expected: 0 }), eventLog.RevisionConflict);
    await assert.rejects(
      log.append(name, events, { expected: "no-stream" }),
      eventLog.RevisionConflict,
    );
  },

  async "an append at the right revision is written though its ids are known"({ log, stream }) {
    const name = stream();
    const events = newEvents(1);
    await log.append(name, events, { expected: "no-stream" });
    const again = await log.append(name, events, { expected: 0 });
    assert.equal(again.revision, 1);
  },
};
