import assert from "node:assert/strict";
import { appendAtEnd } from "../append_at_end.ts";
import { allOf, type EventLogTests, idsOf, newCategory, newEvent, newEvents } from "./test_case.ts";

/** More than adapters put on a page, so that page ends are crossed. */
const manyEvents = 1_500;

export const readTests: EventLogTests = {
  async "a stream that does not exist has no events"({ log, stream }) {
    assert.deepEqual(await allOf(log.read(stream())), []);
    assert.deepEqual(await allOf(log.read(stream(), { direction: "backwards" })), []);
  },

  async "a stream is read forwards and backwards over many pages"({ log, stream }) {
    const name = stream();
    const events = newEvents(manyEvents);
    await log.append(name, events, { expected: "no-stream" });
    const forwards = await allOf(log.read(name));
    assert.deepEqual(idsOf(forwards), idsOf(events));
    assert.deepEqual(forwards.map(({ revision }) => revision), [...events.keys()]);
    assert.deepEqual(
      await allOf(log.read(name, { direction: "backwards" })),
      forwards.toReversed(),
    );
  },

  async "a read starts at the revision asked for and ends at the limit"({ log, stream }) {
    const name = stream();
    await log.append(name, newEvents(10), { expected: "no-stream" });
    async function revisions(options: Parameters<typeof log.read>[1]): Promise<number[]> {
      return (await allOf(log.read(name, options))).map(({ revision }) => revision);
    }
    assert.deepEqual(await revisions({ from: 7 }), [7, 8, 9]);
    assert.deepEqual(await revisions({ from: 3, limit: 2 }), [3, 4]);
    assert.deepEqual(await revisions({ limit: 1 }), [0]);
    assert.deepEqual(await revisions({ from: 10 }), []);
    assert.deepEqual(await revisions({ direction: "backwards", from: 2 }), [2, 1, 0]);
    assert.deepEqual(await revisions({ direction: "backwards", limit: 1 }), [9]);
    assert.deepEqual(await revisions({ direction: "backwards", from: 5, limit: 2 }), [5, 4]);
    assert.deepEqual(await revisions({ direction: "backwards", from: 99, limit: 1 }), [9]);
  },

  async "streams whose names begin alike are apart"({ log, stream }) {
    const name = stream();
    await log.append(name, [newEvent(1)], { expected: "no-stream" });
    await log.append(`${name}0`, [newEvent(2)], { expected: "no-stream" });
    await log.append(name.toUpperCase(), [newEvent(3)], { expected: "no-stream" });
    assert.deepEqual((await allOf(log.read(name))).map(({ data }) => data), [1]);
  },

  async "all events are read in the order of their positions, after the one given"(
    { log, stream, category },
  ) {
    const streams = [stream(), stream(), stream()];
    const appended = [];
    for (let round = 0; round < 4; round++) {
      for (const name of streams) {
        appended.push(await appendAtEnd(log, name, newEvents(2)));
      }
    }
    const events = await allOf(log.readAll({ categories: [category] }));
    const positions = events.map(({ position }) => position);
    assert.equal(events.length, 24);
    assert.deepEqual(positions, positions.toSorted((left, right) => left - right));
    assert.deepEqual(
      appended.map(({ position }) => position),
      positions.filter((_, index) => index % 2 === 1),
    );
    assert.deepEqual(
      await allOf(log.readAll({ after: positions[4], categories: [category] })),
      events.slice(5),
    );
    const unfiltered = await allOf(log.readAll({ after: positions[0]! - 1 }));
    assert.deepEqual(unfiltered.filter((event) => streams.includes(event.stream)), events);
    assert.deepEqual(await allOf(log.readAll({ after: positions.at(-1) })), []);
    assert.equal((await allOf(log.readAll({ limit: 3 }))).length, 3);
  },

  async "all events are read backwards over many pages, from the end or from before a position"(
    { log, stream, category },
  ) {
    const [name, other] = [stream(), `${newCategory()}-1`];
    for (let round = 0; round < 3; round++) {
      await appendAtEnd(log, name, newEvents(manyEvents / 3));
      await appendAtEnd(log, other, newEvents(2));
    }
    const direction = "backwards";
    const forwards = await allOf(log.readAll({ categories: [category] }));
    const backwards = await allOf(log.readAll({ direction, categories: [category] }));
    assert.deepEqual(backwards, forwards.toReversed());
    const after = forwards[1_200]!.position;
    assert.deepEqual(
      await allOf(log.readAll({ direction, categories: [category], after, limit: 700 })),
      forwards.slice(500, 1_200).toReversed(),
    );
    const [first, second] = forwards;
    assert.deepEqual(
      await allOf(log.readAll({ direction, categories: [category], after: second!.position })),
      [first],
    );
    assert.deepEqual(
      await allOf(log.readAll({ direction, categories: [category], after: first!.position })),
      [],
    );
    const all = [category, other.slice(0, other.indexOf("-"))];
    const [last] = await allOf(log.readAll({ direction, limit: 1, categories: all }));
    assert.equal(last?.stream, other);
    const unfiltered = await allOf(log.readAll({ direction, limit: 5 }));
    assert.deepEqual(
      unfiltered.map(({ position }) => position),
      unfiltered.map(({ position }) => position).toSorted((left, right) => right - left),
    );
  },

  async "categories choose whose events are read, and keep the order between them"({ log }) {
    const [first, second, third] = [newCategory(), newCategory(), newCategory()];
    for (let round = 0; round < 3; round++) {
      for (const name of [`${first}-1`, `${second}-1`, `${third}-1`, `${first}x-1`, `${first}-2`]) {
        await appendAtEnd(log, name, newEvents(2));
      }
    }
    const chosen = await allOf(log.readAll({ categories: [first, third] }));
    const positions = chosen.map(({ position }) => position);
    assert.deepEqual(positions, positions.toSorted((left, right) => left - right));
    assert.equal(chosen.length, 18);
    assert.deepEqual(
      await allOf(log.readAll({ categories: [first, third], after: positions[6], limit: 5 })),
      chosen.slice(7, 12),
    );
    assert.deepEqual(await allOf(log.readAll({ categories: [newCategory()] })), []);
  },

  async "everything is read over many pages, with large events among them"(
    { log, stream, category },
  ) {
    const name = stream();
    await log.append(name, newEvents(manyEvents), { expected: "no-stream" });
    for (let large = 0; large < 3; large++) {
      await appendAtEnd(log, name, [newEvent("x".repeat(900_000))]);
    }
    await appendAtEnd(log, name, newEvents(10));
    const all = await allOf(log.readAll({ categories: [category] }));
    assert.deepEqual(all, await allOf(log.read(name)));
    assert.equal(all.length, manyEvents + 13);
  },

  async "a read that is aborted ends with the reason"({ log, stream }) {
    const name = stream();
    await log.append(name, newEvents(2), { expected: "no-stream" });
    const signal = AbortSignal.abort(new Error("changed my mind"));
    await assert.rejects(allOf(log.read(name, { signal })), /changed my mind/);
    await assert.rejects(allOf(log.readAll({ signal })), /changed my mind/);
  },

  async "arguments that no log could take are refused"({ log, stream }) {
    await assert.rejects(allOf(log.read("")), TypeError);
    await assert.rejects(allOf(log.read(stream(), { from: -1 })), RangeError);
    await assert.rejects(allOf(log.read(stream(), { limit: 0.5 })), RangeError);
    await assert.rejects(allOf(log.readAll({ after: -1 })), RangeError);
  },
};
