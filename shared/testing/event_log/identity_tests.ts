import assert from "node:assert/strict";
import { type EventLog, eventLog } from "@headwater/core";
import { appendAtEnd } from "../append_at_end.ts";
import { receive } from "./subscribe_tests.ts";
import { type EventLogTests, idsOf, newCategory, newEvents } from "./test_case.ts";

/** What the first batch says. */
async function firstOf(
  log: EventLog,
  options: Pick<eventLog.SubscribeOptions, "after" | "categories">,
): Promise<eventLog.EventBatch> {
  const { signal } = new AbortController();
  for await (const batch of log.subscribe({ ...options, signal })) return batch;
  throw new Error("Cannot read a batch: there was none");
}

/** What a reader of everything goes on after, once it has read everything. */
async function markOf(log: EventLog): Promise<eventLog.LogMark> {
  const { mark } = await firstOf(log, { after: await log.head() });
  assert.ok(mark);
  return mark;
}

export const identityTests: EventLogTests = {
  async "a log has an identity that stays"({ log, stream }) {
    const identity = await log.identity();
    assert.match(identity, /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
    await log.append(stream(), newEvents(1), { expected: "no-stream" });
    assert.equal(await log.identity(), identity);
  },

  async "what names the log is no event of anybody's"({ log }) {
    await log.identity();
    const { stream } = eventLog.identityEvent;
    assert.deepEqual(await Array.fromAsync(log.read(stream)), []);
    for await (const page of log.readAll()) {
      assert.ok(page.every((event) => event.stream !== stream));
    }
  },

  async "every batch names the log, and an event by which its place is known again"(
    { log, stream, category },
  ) {
    const { signal } = new AbortController();
    const name = stream();
    await log.append(name, newEvents(600), { expected: "no-stream" });
    const identity = await log.identity();
    const events: string[] = [];
    for await (
      const { events: read, position, mark } of log.subscribe({
        categories: [category],
        signal,
      })
    ) {
      events.push(...idsOf(read));
      if (read.length === 0) continue;
      assert.equal(mark?.log, identity);
      assert.ok(mark.position >= read.at(-1)!.position && mark.position <= position!);
      if (mark.position === read.at(-1)!.position) assert.equal(mark.id, events.at(-1));
      if (events.length === 600) break;
    }
  },

  async "a reader goes on after what it read last"({ log, stream, category }) {
    const name = stream();
    await log.append(name, newEvents(4), { expected: "no-stream" });
    const mark = await markOf(log);
    const later = newEvents(3);
    await appendAtEnd(log, name, later);
    const { signal } = new AbortController();
    const events = await receive(
      log.subscribe({ after: mark, categories: [category], signal }),
      (received) => received.length >= 3,
    );
    assert.deepEqual(idsOf(events), idsOf(later));
  },

  async "a place that was reached past others' events is known again as well"({ log, category }) {
    const [event] = newEvents(1);
    const { position } = await appendAtEnd(log, `${newCategory()}-1`, [event!]);
    const { signal } = new AbortController();
    for await (const { mark } of log.subscribe({ categories: [category], signal })) {
      if ((mark?.position ?? -1) < position) continue;
      assert.equal((await firstOf(log, { after: mark, categories: [category] })).caughtUp, true);
      break;
    }
  },

  async "who knows only a position is told by what it is known"({ log, stream, category }) {
    const events = newEvents(2);
    const { position } = await log.append(stream(), events, { expected: "no-stream" });
    const { mark } = await firstOf(log, { after: position, categories: [category] });
    assert.deepEqual(mark, { log: await log.identity(), position, id: events[1]!.id });
  },

  async "who has read another log is told so, whatever this one has there"({ log, stream }) {
    await log.append(stream(), newEvents(2), { expected: "no-stream" });
    const mark = { ...await markOf(log), log: crypto.randomUUID() };
    await assertForeign(log, { after: mark, named: mark.log });
  },

  async "who has read another event is told so: the log was put back from an older copy"(
    { log, stream },
  ) {
    await log.append(stream(), newEvents(2), { expected: "no-stream" });
    const mark = { ...await markOf(log), id: crypto.randomUUID() };
    await assertForeign(log, { after: mark, named: mark.id });
  },

  async "who has read further than the log reaches is told so"({ log, stream }) {
    await log.append(stream(), newEvents(2), { expected: "no-stream" });
    const mark = await markOf(log);
    const beyond = mark.position + 1_000_000;
    await assertForeign(log, { after: { ...mark, position: beyond }, named: String(beyond) });
    await assertForeign(log, { after: beyond, named: String(beyond) });
  },
};

/** Told at once, and saying what was read. */
async function assertForeign(
  log: EventLog,
  { after, named }: { readonly after: eventLog.LogMark | number; readonly named: string },
): Promise<void> {
  await assert.rejects(firstOf(log, { after }), (error) => {
    assert.ok(error instanceof eventLog.ForeignPosition, String(error));
    assert.ok(error.message.includes(named), error.message);
    return true;
  });
}
