import { deepEqual, equal, ok } from "node:assert/strict";
import { type EventLog, eventLog, type Recorded } from "@headwater/core";
import { allOf, idsOf } from "@headwater/testing";
import type { Acknowledged, Follower } from "./event_log_load.ts";

/** Judges a log, seen over an untroubled connection, by what it has told its writers and subscribers. */
export async function judgeEventLog(
  log: EventLog,
  { acknowledged, followers }: {
    readonly acknowledged: readonly Acknowledged[];
    readonly followers: readonly Follower[];
  },
): Promise<void> {
  const all = await allOf(log.readAll());
  nothingTwice(all, acknowledged);
  nothingLost(all, acknowledged);
  for (const follower of followers) everythingSeen(all, follower);
}

function nothingTwice(all: readonly Recorded[], acknowledged: readonly Acknowledged[]): void {
  const ids = new Set(idsOf(all));
  equal(ids.size, all.length, "an event was written twice");
  const known = new Set(acknowledged.flatMap((append) => append.ids));
  const strangers = all.filter(({ id }) => !known.has(id));
  deepEqual(strangers, [], "an append was written that nobody was told of");
}

function nothingLost(all: readonly Recorded[], acknowledged: readonly Acknowledged[]): void {
  const byPlace = new Map(all.map((event) => [`${event.stream} ${event.revision}`, event]));
  for (const { stream, ids, appended } of acknowledged) {
    const first = appended.revision - ids.length + 1;
    const stored = ids.map((_, index) => byPlace.get(`${stream} ${first + index}`));
    deepEqual(stored.map((event) => event?.id), ids, `an acknowledged append to ${stream}`);
    equal(stored.at(-1)!.position, appended.position, `the position of an append to ${stream}`);
  }
}

function everythingSeen(all: readonly Recorded[], { categories, received }: Follower): void {
  const wanted = all.filter(({ stream }) =>
    categories?.includes(eventLog.categoryOf(stream)) ?? true
  );
  const seen = new Set<number>();
  const once = received.filter(({ position }) => !seen.has(position) && seen.add(position));
  ok(wanted.length > 0);
  deepEqual(once, wanted, `what a subscriber of ${categories ?? "everything"} has seen`);
}
