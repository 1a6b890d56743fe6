import assert from "node:assert/strict";
import { eventLog } from "@headwater/core";
import { allOf, type EventLogTests, idsOf, newEvent, newEvents } from "./test_case.ts";

export const appendTests: EventLogTests = {
  async "an append to a new stream starts at revision 0 and gives the place of its last event"(
    { log, stream },
  ) {
    const name = stream();
    const appended = await log.append(name, newEvents(3), { expected: "no-stream" });
    const stored = await allOf(log.read(name));
    assert.deepEqual(stored.map(({ revision }) => revision), [0, 1, 2]);
    assert.deepEqual(appended, { revision: 2, position: stored.at(-1)!.position });
  },

  async "expected no-stream refuses a stream that exists"({ log, stream }) {
    const name = stream();
    await log.append(name, newEvents(2), { expected: "no-stream" });
    await assert.rejects(
      log.append(name, newEvents(1), { expected: "no-stream" }),
      (error) => {
        assert.ok(error instanceof eventLog.RevisionConflict);
        assert.deepEqual([error.stream, error.expected, error.actual], [name, "no-stream", 1]);
        return true;
      },
    );
    assert.equal((await allOf(log.read(name))).length, 2);
  },

  async "an exact expectation takes only the revision of the last event"({ log, stream }) {
    const name = stream();
    await assert.rejects(
      log.append(name, newEvents(1), { expected: 0 }),
      (error) => error instanceof eventLog.RevisionConflict && error.actual === undefined,
    );
    await log.append(name, newEvents(2), { expected: "no-stream" });
    await assert.rejects(
      log.append(name, newEvents(1), { expected: 0 }),
      eventLog.RevisionConflict,
    );
    await assert.rejects(
      log.append(name, newEvents(1), { expected: 2 }),
      eventLog.RevisionConflict,
    );
    assert.equal((await log.append(name, newEvents(1), { expected: 1 })).revision, 2);
  },

  async "positions grow over all streams"({ log, stream }) {
    const positions = [];
    for (const name of [stream(), stream(), stream()]) {
      positions.push((await log.append(name, newEvents(2), { expected: "no-stream" })).position);
    }
    assert.deepEqual(positions, positions.toSorted((left, right) => left - right));
    assert.equal(new Set(positions).size, 3);
    assert.ok(await log.head() as number >= positions[2]!);
  },

  async "an append that conflicts leaves nothing of its events"({ log, stream, category }) {
    const name = stream();
    await log.append(name, newEvents(1), { expected: "no-stream" });
    await assert.rejects(
      log.append(name, newEvents(5), { expected: 7 }),
      eventLog.RevisionConflict,
    );
    assert.equal((await allOf(log.read(name))).length, 1);
    assert.equal((await allOf(log.readAll({ categories: [category] }))).length, 1);
  },

  async "one conflict among appends sent together leaves the others alone"({ log, stream }) {
    const taken = stream();
    await log.append(taken, newEvents(1), { expected: "no-stream" });
    const [before, conflict, after] = await Promise.allSettled([
      log.append(stream(), newEvents(1), { expected: "no-stream" }),
      log.append(taken, newEvents(1), { expected: "no-stream" }),
      log.append(taken, newEvents(1), { expected: 0 }),
    ]);
    assert.deepEqual([before.status, conflict.status, after.status], [
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
  },

  async "an append of no events gives the stream's place when the expectation holds"(
    { log, stream },
  ) {
    const name = stream();
    const { revision, position } = await log.append(name, newEvents(2), { expected: "no-stream" });
    const empty = await log.append(name, [], { expected: revision });
    assert.equal(empty.revision, revision);
    assert.ok(empty.position >= position);
    await assert.rejects(
      log.append(name, [], { expected: "no-stream" }),
      eventLog.RevisionConflict,
    );
    await assert.rejects(
      log.append(name, [], { expected: revision - 1 }),
      eventLog.RevisionConflict,
    );
    assert.equal((await log.append(stream(), [], { expected: "no-stream" })).revision, -1);
  },

  async "content comes back as it was given, whatever its letters"({ log, category }) {
    const name = `${category}-Größe/ключ 🚚 "quoted" \\ %20`;
    const data = {
      text: 'äöü ß 漢字 🚚 \u0000 \n "x" \\',
      half: "\ud83d",
      deep: [[[{ a: null }]]],
      money: 9007199254740991,
      "": false,
    };
    const event = newEvent(data, { type: "ThingÜberprüft" });
    await log.append(name, [event], { expected: "no-stream" });
    const [stored] = await allOf(log.read(name));
    assert.deepEqual(stored!.data, data);
    assert.deepEqual(stored!.metadata, event.metadata);
    assert.deepEqual([stored!.stream, stored!.type, stored!.id], [name, event.type, event.id]);
    assert.equal(new Date(stored!.recordedAt).toISOString(), stored!.recordedAt);
  },

  async "what the caller does to an event after handing it over changes nothing"(
    { log, stream },
  ) {
    const name = stream();
    const data = { quantity: 1 };
    const appending = log.append(name, [newEvent(data)], { expected: "no-stream" });
    data.quantity = 2;
    await appending;
    assert.deepEqual((await allOf(log.read(name)))[0]!.data, { quantity: 1 });
  },

  async "an event of a million letters is kept"({ log, stream }) {
    const name = stream();
    const data = { text: "x".repeat(1_000_000) };
    await log.append(name, [newEvent(data)], { expected: "no-stream" });
    assert.deepEqual((await allOf(log.read(name)))[0]!.data, data);
  },

  async "the same event id is taken in another stream, and twice in one append"(
    { log, stream },
  ) {
    const event = newEvent();
    for (const name of [stream(), stream()]) {
      const appended = await log.append(name, [event, event], { expected: "no-stream" });
      assert.equal(appended.revision, 1);
      assert.deepEqual(idsOf(await allOf(log.read(name))), [event.id, event.id]);
    }
  },

  async "arguments that no log could take are refused and nothing is written"(
    { log, stream, category },
  ) {
    const name = stream();
    const refused: [string, eventLog.NewEvent[], unknown][] = [
      ["", newEvents(1), "no-stream"],
      [`${category}-a\nb`, newEvents(1), "no-stream"],
      [name, [newEvent({}, { id: "not-a-uuid" as never })], "no-stream"],
      [name, [newEvent(), newEvent({}, { type: "" })], "no-stream"],
      [name, [newEvent(undefined), { ...newEvent(), data: undefined }], "no-stream"],
      [name, [newEvent(12n)], "no-stream"],
      [name, newEvents(1), -1],
      [name, newEvents(1), 0.5],
      [name, newEvents(1), "any"],
      [name, newEvents(1), "stream-exists"],
      [name, newEvents(1), undefined],
    ];
    for (const [to, events, expected] of refused) {
      await assert.rejects(
        log.append(to, events, { expected: expected as never }),
        (error) => error instanceof TypeError || error instanceof RangeError,
      );
    }
    assert.equal((await allOf(log.readAll({ categories: [category] }))).length, 0);
  },
};
