import assert from "node:assert/strict";
import { eventLog, type Recorded } from "@headwater/core";
import { appendAtEnd } from "../append_at_end.ts";
import { allOf, type EventLogTests, idsOf, newCategory, newEvent, newEvents } from "./test_case.ts";

/** Reads batches until `done` says so about everything received. */
export async function receive(
  batches: AsyncIterable<eventLog.EventBatch>,
  done: (events: readonly Recorded[], batch: eventLog.EventBatch) => boolean,
): Promise<Recorded[]> {
  const events: Recorded[] = [];
  for await (const batch of batches) {
    events.push(...batch.events);
    if (done(events, batch)) break;
  }
  return events;
}

export const subscribeTests: EventLogTests = {
  async "the first batch says caught up also when there is nothing to read"({ log, category }) {
    const head = await log.head();
    const { signal } = new AbortController();
    for await (const batch of log.subscribe({ categories: [category], after: head, signal })) {
      const { mark, ...rest } = batch;
      assert.deepEqual(rest, { events: [], position: head, caughtUp: true });
      assert.ok((mark?.position ?? -1) <= (head ?? -1));
      break;
    }
  },

  async "a subscription gives what is there, then what comes"({ log, stream, category }) {
    const { signal } = new AbortController();
    const before = newEvents(1_000);
    const after = newEvents(3);
    await log.append(stream(), before, { expected: "no-stream" });
    let sent = false;
    const events = await receive(
      log.subscribe({ categories: [category], signal }),
      (received, { caughtUp }) => {
        if (caughtUp && !sent) {
          sent = true;
          log.append(stream(), after, { expected: "no-stream" });
        }
        return received.length >= 1_003;
      },
    );
    assert.deepEqual(idsOf(events), idsOf([...before, ...after]));
    assert.deepEqual(events, await allOf(log.readAll({ categories: [category] })));
  },

  async "who reads in bulk is given the same"({ log, stream, category }) {
    const { signal } = new AbortController();
    const large = { ...newEvent(), data: { text: "ä€😀".repeat(20_000) } };
    const [odd] = newEvents(1);
    const metadata = { ...odd!.metadata, actor: '"schemaVersion":7 {', schemaVersion: 12 };
    const some = [...newEvents(600), large, { ...odd!, metadata }, newEvent()];
    await log.append(stream(), some, { expected: "no-stream" });
    const events = await receive(
      log.subscribe({ categories: [category], isBulk: true, signal }),
      (received) => received.length >= some.length,
    );
    const seen = events.map((event) => {
      if (event instanceof eventLog.LeanEvent) {
        const { texts, schemaVersion, id } = event;
        assert.equal(schemaVersion, event.metadata.schemaVersion);
        assert.deepEqual(JSON.parse(texts.data), event.data);
        assert.deepEqual(JSON.parse(texts.metadata), event.metadata);
        assert.equal(texts.id.toLowerCase().replaceAll("-", ""), id.replaceAll("-", ""));
      }
      const { id, type, stream, revision, position, recordedAt, data, metadata } = event;
      return { id, type, stream, revision, position, recordedAt, data, metadata };
    });
    assert.deepEqual(seen, await allOf(log.readAll({ categories: [category] })));
  },

  async "a subscription goes on after the position it is given"({ log, stream, category }) {
    const { signal } = new AbortController();
    const name = stream();
    const { position } = await log.append(name, newEvents(4), { expected: "no-stream" });
    const later = newEvents(3);
    await appendAtEnd(log, name, later);
    const events = await receive(
      log.subscribe({ after: position, categories: [category], signal }),
      (received) => received.length >= 3,
    );
    assert.deepEqual(idsOf(events), idsOf(later));
  },

  async "every batch says where to go on after a restart"({ log, stream, category }) {
    const { signal } = new AbortController();
    const name = stream();
    for (let round = 0; round < 20; round++) {
      await appendAtEnd(log, name, newEvents(30));
      await appendAtEnd(log, `other${name}`, newEvents(2));
    }
    let after: eventLog.LogMark | undefined;
    const events: Recorded[] = [];
    while (events.length < 600) {
      for await (const batch of log.subscribe({ after, categories: [category], signal })) {
        events.push(...batch.events);
        after = batch.mark;
        break;
      }
    }
    assert.deepEqual(events, await allOf(log.read(name)));
  },

  async "the position moves on past events of other categories"({ log, category }) {
    const { signal } = new AbortController();
    const other = `${newCategory()}-1`;
    const first = await appendAtEnd(log, other, newEvents(600));
    const marks: eventLog.EventBatch[] = [];
    for await (const batch of log.subscribe({ categories: [category], signal })) {
      marks.push(batch);
      if (batch.position === first.position) log.append(other, newEvents(2), { expected: 599 });
      if ((batch.position ?? 0) > first.position) break;
    }
    assert.equal(marks.at(-1)!.position, (await allOf(log.read(other))).at(-1)!.position);
    assert.equal(marks.at(-1)!.caughtUp, true);
    assert.ok(marks.every(({ events }) => events.length === 0));
  },

  async "a reader that is busy finds one batch waiting, not one per append"(
    { log, stream, category },
  ) {
    const { signal } = new AbortController();
    const other = `${newCategory()}-1`;
    const batches = log.subscribe({ categories: [category], after: await log.head(), signal })
      [Symbol.asyncIterator]();
    await batches.next();
    for (let round = 0; round < 50; round++) {
      await appendAtEnd(log, other, newEvents(1));
    }
    await appendAtEnd(log, stream(), [newEvent()]);
    let count = 0;
    let received = 0;
    while (received === 0) {
      const { value } = await batches.next();
      received += value!.events.length;
      count++;
    }
    await batches.return?.();
    assert.ok(count <= 3, `${count} batches`);
  },

  async "a subscription of every category sees every event"({ log, stream, category }) {
    const { signal } = new AbortController();
    const after = await log.head();
    await appendAtEnd(log, stream(), newEvents(2));
    await appendAtEnd(log, `${newCategory()}-1`, newEvents(2));
    await appendAtEnd(log, stream(), newEvents(2));
    const events = await receive(
      log.subscribe({ after, signal }),
      (received) => received.filter((event) => event.stream.startsWith(category)).length >= 4,
    );
    assert.deepEqual(events, await allOf(log.readAll({ after })));
  },

  async "the signal ends a subscription quietly, waiting or not"({ log, stream, category }) {
    await appendAtEnd(log, stream(), newEvents(1));
    const controller = new AbortController();
    const { signal } = controller;
    let ended = 0;
    async function follow(after?: number): Promise<void> {
      for await (const _ of log.subscribe({ after, categories: [category], signal }));
      ended++;
    }
    const followers = [follow(), follow(await log.head())];
    await receive(log.subscribe({ signal }), (_, { caughtUp }) => caughtUp);
    controller.abort();
    await Promise.all(followers);
    await follow();
    assert.equal(ended, 3);
  },
};
