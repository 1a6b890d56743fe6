import type { time } from "@headwater/core";
import { randomOf } from "@headwater/testing";
import { createShedder, type Priority } from "../shedder.ts";

/** A server that does so many things at a time, and who wants something of it, in made-up time. */
export type Crowd = {
  /** Things that it does at a time; what else it has taken on waits inside of it. */
  readonly hands: number;
  /** Milliseconds that one takes, on average. */
  readonly meanMs: number;
  /** Requests that come, as a multiple of what it can do. */
  readonly load: number;
  readonly hasShedder: boolean;
  readonly seed: number;
};

/** What became of a crowd. */
export type CrowdOutcome = {
  /** Answers in time, as a share of what the server can do. */
  readonly goodput: number;
  /** Answered in time, of those that came, by priority. */
  readonly served: Readonly<Record<Priority, number>>;
};

/** Who has waited so long has gone, whatever is still done for them. */
const patienceMs = 1_000;
const warmUpMs = 2_000;
const untilMs = 22_000;
/** Who comes later than that is not counted: not all of them can be answered yet. */
const countedMs = untilMs - patienceMs;
const arrivals: readonly (readonly [Priority, number])[] = [
  ["critical", 0.1],
  ["normal", 0.6],
  ["best-effort", 0.2],
  ["bulk", 0.1],
];
const never = new AbortController().signal;

/** Lets a crowd come for 20 s of time that nobody waits for; the same for the same seed. */
export async function simulatedCrowd(
  { hands, meanMs, load, hasShedder, seed }: Crowd,
): Promise<CrowdOutcome> {
  const random = randomOf(seed);
  const { clock, at, turn } = eventTime();
  const shedder = createShedder({ clock, ...(!hasShedder && { start: 1e9, most: 1e9 }) });
  const queue: (() => void)[] = [];
  const came = { critical: 0, normal: 0, "best-effort": 0, bulk: 0 };
  const served = { ...came };
  let busy = 0;
  const some = (mean: number) => -Math.log(1 - random()) * mean;

  function work(): void {
    while (busy < hands) {
      const answer = queue.shift();
      if (!answer) return;
      busy++;
      at(some(meanMs), () => {
        busy--;
        answer();
        work();
      });
    }
  }

  async function arrive(priority: Priority): Promise<void> {
    const since = clock.now();
    const counts = since >= warmUpMs && since < countedMs;
    if (counts) came[priority]++;
    const place = await shedder.enter(priority, { signal: never });
    if (typeof place === "string") return;
    queue.push(() => {
      place.leave("route");
      if (counts && clock.now() - since <= patienceMs) served[priority]++;
    });
    work();
  }

  function next(): void {
    arrive(drawn(random()));
    at(some(meanMs / hands / load), next);
  }
  next();
  while (clock.now() < untilMs) await turn();
  const done = Object.values(served).reduce((sum, count) => sum + count);
  const share = (priority: Priority) => served[priority] / came[priority];
  return {
    goodput: done / ((countedMs - warmUpMs) * hands / meanMs),
    served: {
      critical: share("critical"),
      normal: share("normal"),
      "best-effort": share("best-effort"),
      bulk: share("bulk"),
    },
  };
}

function drawn(chance: number): Priority {
  let sum = 0;
  return arrivals.find(([, share]) => (sum += share) > chance)?.[0] ?? "bulk";
}

type Due = { readonly at: number; readonly act: () => void; isCancelled: boolean };

/** Time that jumps from one thing that falls due to the next. */
function eventTime() {
  let now = 0;
  /** Latest first. */
  const due: Due[] = [];
  function at(ms: number, act: () => void): Due {
    const one: Due = { at: now + ms, act, isCancelled: false };
    let from = 0;
    let to = due.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (due[middle]!.at > one.at) from = middle + 1;
      else to = middle;
    }
    due.splice(from, 0, one);
    return one;
  }
  const clock: time.Clock = {
    now: () => now,
    after(ms, act) {
      const one = at(ms, act);
      return () => one.isCancelled = true;
    },
  };
  async function turn(): Promise<void> {
    const one = due.pop();
    if (!one) return;
    now = one.at;
    if (!one.isCancelled) one.act();
    // Those who wait for a place find out
    for (let hops = 0; hops < 3; hops++) await undefined;
  }
  return { clock, at, turn };
}
