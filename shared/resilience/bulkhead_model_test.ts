import { deepEqual, equal, ok } from "node:assert/strict";
import { time, Unavailable } from "@headwater/core";
import fc from "fast-check";
import { type Bulkhead, createBulkhead } from "./bulkhead.ts";
import { virtualClock } from "@headwater/testing";

const rules = { running: 3, waiting: 4, longestWaitMs: 50 };

/** What a bulkhead has to do, in lists; calls go by their numbers. */
type Model = {
  now: number;
  calls: number;
  running: readonly number[];
  queue: readonly { readonly call: number; readonly until: number }[];
  /** How calls ended, or that they wait or run. */
  readonly states: Map<number, string>;
};

type Real = {
  readonly clock: ReturnType<typeof virtualClock>;
  readonly bulkhead: Bulkhead;
  readonly states: Map<number, string>;
  readonly callers: Map<number, AbortController>;
  readonly calls: Map<number, PromiseWithResolvers<void>>;
};

type Command = fc.AsyncCommand<Model, Real>;

async function settled(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await Promise.resolve();
}

async function alike(model: Model, { bulkhead, states, clock }: Real): Promise<void> {
  await settled();
  deepEqual([...states], [...model.states]);
  const { running, waiting } = bulkhead.describe();
  deepEqual([running, waiting], [model.running.length, model.queue.length]);
  equal(clock.pending(), model.queue.length);
}

/** One of each list, by a number that may be any. */
function chosen<Item>(items: readonly Item[], which: number): Item {
  return items[which % items.length]!;
}

function fill(model: Model): void {
  while (model.running.length < rules.running && model.queue.length > 0) {
    const [{ call }, ...rest] = model.queue as [Model["queue"][0], ...Model["queue"]];
    model.queue = rest;
    model.running = [...model.running, call];
    model.states.set(call, "runs");
  }
}

/** `leftMs`: of the deadline under which it is called. */
function enter(leftMs: number): Command {
  return {
    check: () => true,
    async run(model, real) {
      const call = model.calls++;
      const caller = new AbortController();
      const ending = Promise.withResolvers<void>();
      real.callers.set(call, caller);
      real.calls.set(call, ending);
      real.states.set(call, "waits");
      const deadline = { signal: caller.signal, remainingMs: () => leftMs };
      time.withinDeadline(deadline, () =>
        real.bulkhead.execute(() => {
          real.states.set(call, "runs");
          return ending.promise;
        }, caller.signal)).then(
          () => real.states.set(call, "done"),
          (error) => real.states.set(call, nameOf(error)),
        );
      if (model.running.length === rules.running && model.queue.length === rules.waiting) {
        model.states.set(call, "bulkhead, again in 1 s");
      } else {
        const until = model.now + Math.min(rules.longestWaitMs, leftMs);
        model.queue = [...model.queue, { call, until }];
        model.states.set(call, "waits");
        fill(model);
      }
      await alike(model, real);
    },
    toString: () => `enter ${leftMs}`,
  };
}

function nameOf(error: unknown): string {
  if (error instanceof Unavailable) return `${error.limit}, again in ${error.retryAfter} s`;
  return error instanceof Error ? error.message : String(error);
}

function finish(which: number, how: "done" | "failed"): Command {
  return {
    check: ({ running }) => running.length > 0,
    async run(model, real) {
      const call = chosen(model.running, which);
      const ending = real.calls.get(call)!;
      if (how === "done") ending.resolve();
      else ending.reject(new Error("failed"));
      model.running = model.running.filter((other) => other !== call);
      model.states.set(call, how);
      fill(model);
      await alike(model, real);
    },
    toString: () => `finish ${which} ${how}`,
  };
}

/** Who runs keeps its place: whether it ends is its own affair. */
function abort(which: number): Command {
  return {
    check: ({ calls }) => calls > 0,
    async run(model, real) {
      const call = which % model.calls;
      real.callers.get(call)!.abort(new Error("gone"));
      if (model.queue.some((waiting) => waiting.call === call)) model.states.set(call, "gone");
      model.queue = model.queue.filter((waiting) => waiting.call !== call);
      await alike(model, real);
    },
    toString: () => `abort ${which}`,
  };
}

/** One goes and its caller, or that of another, at the very same moment. */
function finishAndAbort(which: number, other: number): Command {
  return {
    check: ({ running, queue }) => running.length > 0 && queue.length > 0,
    async run(model, real) {
      const call = chosen(model.running, which);
      const { call: waiting } = chosen(model.queue, other);
      real.calls.get(call)!.resolve();
      real.callers.get(waiting)!.abort(new Error("gone"));
      model.running = model.running.filter((each) => each !== call);
      model.states.set(call, "done");
      model.queue = model.queue.filter((each) => each.call !== waiting);
      model.states.set(waiting, "gone");
      fill(model);
      await alike(model, real);
    },
    toString: () => `finish ${which} and abort ${other}`,
  };
}

function advance(ms: number): Command {
  return {
    check: () => true,
    async run(model, real) {
      real.clock.advance(ms);
      model.now += ms;
      for (const { call, until } of model.queue) {
        if (until <= model.now) model.states.set(call, "bulkhead, again in 1 s");
      }
      model.queue = model.queue.filter(({ until }) => until > model.now);
      await alike(model, real);
    },
    toString: () => `advance ${ms}`,
  };
}

const commands = [
  fc.constantFrom(5, 20, 49, 50, 1_000, Infinity).map(enter),
  fc.constantFrom(1_000, Infinity).map(enter),
  fc.tuple(fc.nat(20), fc.constantFrom("done" as const, "failed" as const))
    .map(([which, how]) => finish(which, how)),
  fc.nat(40).map(abort),
  fc.tuple(fc.nat(20), fc.nat(20)).map(([which, other]) => finishAndAbort(which, other)),
  fc.constantFrom(0, 1, 10, 30, 50).map(advance),
];

Deno.test("whatever happens in whichever order, a bulkhead lets in who is next, and no place is lost", async () => {
  const plans = fc.commands(commands, { maxCommands: 60, size: "max" });
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const clock = virtualClock();
      const bulkhead = createBulkhead("payment", { ...rules, clock });
      const model: Model = { now: 0, calls: 0, running: [], queue: [], states: new Map() };
      const real: Real = {
        ...{ clock, bulkhead, states: new Map(), callers: new Map(), calls: new Map() },
      };
      await fc.asyncModelRun(() => ({ model, real }), plan);
      // In the end all of them end, and everything is free again
      for (const { resolve } of real.calls.values()) resolve();
      for (let round = 0; round < 10; round++) await settled();
      const { running, waiting } = bulkhead.describe();
      deepEqual([running, waiting, clock.pending()], [0, 0, 0]);
      ok(bulkhead.takeNow() !== undefined);
    }),
    { numRuns: 300 },
  );
});
