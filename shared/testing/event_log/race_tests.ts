import assert from "node:assert/strict";
import { type EventLog, eventLog, type Recorded } from "@headwater/core";
import { appendAtEnd } from "../append_at_end.ts";
import { receive } from "./subscribe_tests.ts";
import { allOf, type EventLogTests, idsOf, newEvent, newEvents } from "./test_case.ts";

const rounds = 100;
const writers = 8;
const appendsPerWriter = 25;
const eventsPerAppend = 3;
const written = writers * appendsPerWriter * eventsPerAppend;

/** Several writers at once on a few streams, each append of several events. */
async function writeConcurrently(log: EventLog, streams: readonly string[]): Promise<void> {
  await Promise.all(Array.from({ length: writers }, async (_, writer) => {
    for (let round = 0; round < appendsPerWriter; round++) {
      const stream = streams[(writer + round) % streams.length]!;
      await appendAtEnd(log, stream, newEvents(eventsPerAppend));
    }
  }));
}

export const raceTests: EventLogTests = {
  async "of two racing appends that expect no stream exactly one wins"({ log, stream }) {
    for (let round = 0; round < rounds; round++) {
      const name = stream();
      const rivals = [newEvents(2), newEvents(2)];
      const results = await Promise.allSettled(
        rivals.map((events) => log.append(name, events, { expected: "no-stream" })),
      );
      const winners = rivals.filter((_, index) => results[index]!.status === "fulfilled");
      const losses = results.filter((result) => result.status === "rejected");
      assert.equal(winners.length, 1);
      assert.ok(losses.every(({ reason }) => reason instanceof eventLog.RevisionConflict));
      assert.deepEqual(idsOf(await allOf(log.read(name))), idsOf(winners[0]!));
    }
  },

  async "of racing appends at one revision exactly one wins"({ log, stream }) {
    const name = stream();
    await log.append(name, newEvents(1), { expected: "no-stream" });
    for (let revision = 0; revision < 20; revision++) {
      const results = await Promise.allSettled(
        Array.from({ length: 5 }, () => log.append(name, [newEvent()], { expected: revision })),
      );
      assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
    }
    assert.equal((await allOf(log.read(name))).length, 21);
  },

  async "revisions have no gaps under concurrent writers"({ log, stream }) {
    const streams = [stream(), stream(), stream()];
    await writeConcurrently(log, streams);
    let total = 0;
    for (const name of streams) {
      const revisions = (await allOf(log.read(name))).map(({ revision }) => revision);
      assert.deepEqual(revisions, [...revisions.keys()]);
      total += revisions.length;
    }
    assert.equal(total, written);
  },

  async "a reader never sees half an append"({ log, stream, category }) {
    const name = stream();
    let writing = true;
    const done = writeConcurrently(log, [name]).finally(() => writing = false);
    do {
      assert.equal((await allOf(log.read(name))).length % eventsPerAppend, 0);
      const all = await allOf(log.readAll({ categories: [category] }));
      assert.equal(all.length % eventsPerAppend, 0);
    } while (writing);
    await done;
  },

  async "subscribers see commit order under concurrent writers: nothing missed, nothing twice"(
    { log, stream, category },
  ) {
    const streams = [stream(), stream(), stream(), stream()];
    const { signal } = new AbortController();
    const categories = [category];
    function follow(after?: number): Promise<Recorded[]> {
      const batches = log.subscribe({ after, categories, signal });
      return receive(batches, (events) => events.length >= written);
    }

    async function followSlowly(): Promise<Recorded[]> {
      const events: Recorded[] = [];
      for await (const batch of log.subscribe({ categories, signal })) {
        events.push(...batch.events);
        if (events.length >= written) break;
        // Falls behind by whole appends of the others.
        await appendAtEnd(log, `other${streams[0]}`, newEvents(1));
      }
      return events;
    }

    async function followFromTheMiddle(): Promise<Recorded[]> {
      const signal = AbortSignal.any([]);
      const first = await receive(
        log.subscribe({ categories, signal }),
        (events) => events.length >= written / 3,
      );
      const rest = await receive(
        log.subscribe({ after: first.at(-1)!.position, categories, signal }),
        (events) => first.length + events.length >= written,
      );
      return [...first, ...rest];
    }

    const followers = [follow(), follow(), followSlowly(), followFromTheMiddle()];
    await writeConcurrently(log, streams);
    const stored = await allOf(log.readAll({ categories }));
    assert.equal(stored.length, written);
    for (const received of await Promise.all([...followers, follow()])) {
      assert.deepEqual(received, stored);
    }
  },
};
