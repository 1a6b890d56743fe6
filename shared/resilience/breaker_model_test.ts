import { equal, ok } from "node:assert/strict";
import { Unavailable } from "@headwater/core";
import fc from "fast-check";
import { type Breaker, createBreaker } from "./breaker.ts";
import type { BreakerSettings } from "./resilience_settings.ts";
import { BreakerModel, type ModelledCall, type ModelledEnd } from "./testing/breaker_model.ts";
import { virtualClock } from "@headwater/testing";

/** Calls under way, the same ones in both. */
type Model = { readonly breaker: BreakerModel; readonly calls: ModelledCall[] };
type Real = {
  readonly clock: ReturnType<typeof virtualClock>;
  readonly breaker: Breaker;
  readonly calls: PromiseWithResolvers<void>[];
};

type Command = fc.AsyncCommand<Model, Real>;

async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve();
}

function alike(model: Model, real: Real): void {
  equal(real.breaker.state(), model.breaker.state);
}

/** So many begin at once. */
function ask(times: number): Command {
  return {
    check: () => true,
    async run(model, real) {
      for (let time = 0; time < times; time++) {
        const { promise, ...call } = Promise.withResolvers<void>();
        let called = false;
        const answer = real.breaker.execute(() => {
          called = true;
          return promise;
        });
        const refusal = answer.then(() => undefined, (error) => error);
        const modelled = model.breaker.asks();
        equal(called, modelled !== undefined);
        if (modelled) {
          model.calls.push(modelled);
          real.calls.push({ promise, ...call });
        } else {
          const error = await refusal;
          ok(error instanceof Unavailable && error.limit === "breaker", String(error));
          equal(error.retryAfter, model.breaker.retryAfter);
        }
      }
      alike(model, real);
    },
    toString: () => `ask ${times}`,
  };
}

/** Any of those under way. */
function end(which: number, how: ModelledEnd): Command {
  return {
    check: ({ calls }) => calls.length > 0,
    async run(model, real) {
      const index = which % model.calls.length;
      const [modelled] = model.calls.splice(index, 1);
      const [call] = real.calls.splice(index, 1);
      if (how === "works") call!.resolve();
      else call!.reject(how === "fails" ? new Unavailable("down") : new DOMException("gone"));
      await settled();
      model.breaker.ends(modelled!, how);
      alike(model, real);
    },
    toString: () => `end ${which} ${how}`,
  };
}

function advance(ms: number): Command {
  return {
    check: () => true,
    run(model, real) {
      real.clock.advance(ms);
      model.breaker.now += ms;
      alike(model, real);
      return Promise.resolve();
    },
    toString: () => `advance ${ms}`,
  };
}

function act(how: "isolate" | "release"): Command {
  return {
    check: () => true,
    run(model, real) {
      real.breaker[how]();
      if (how === "isolate") model.breaker.isolates();
      else model.breaker.releases();
      alike(model, real);
      return Promise.resolve();
    },
    toString: () => how,
  };
}

const commands = [
  fc.integer({ min: 1, max: 8 }).map(ask),
  fc.tuple(fc.nat(20), fc.constantFrom<ModelledEnd>("works", "fails", "fails", "is left"))
    .map(([which, how]) => end(which, how)),
  fc.tuple(fc.nat(20), fc.constantFrom<ModelledEnd>("works", "fails"))
    .map(([which, how]) => end(which, how)),
  fc.oneof(fc.nat(40), fc.constantFrom(1, 20, 30, 40, 100, 400)).map(advance),
  fc.constantFrom("isolate", "release", "release").map(act),
];

/** Small ones, so that all of it happens often. */
const rules = fc.record({
  isOn: fc.constantFrom(true, true, true, false),
  windowMs: fc.constantFrom(100, 1_000),
  minimumCalls: fc.integer({ min: 1, max: 6 }),
  failureRatio: fc.constantFrom(0.25, 0.5, 1),
  slowMs: fc.constantFrom<BreakerSettings["slowMs"]>(false, 30),
  throttledFails: fc.constant(false),
  openMs: fc.constantFrom(20, 1_500),
  longestOpenMs: fc.constantFrom(100, 10_000),
  jitter: fc.constant(0),
  probes: fc.integer({ min: 1, max: 5 }),
  mayFail: fc.nat(4),
  probeMs: fc.constant(40),
}).filter(({ probes, mayFail, openMs, longestOpenMs }) =>
  mayFail < probes && openMs <= longestOpenMs
);

Deno.test("whatever happens in whichever order, a breaker does what the model says", async () => {
  const plans = fc.commands(commands, { maxCommands: 80, size: "max" });
  await fc.assert(
    fc.asyncProperty(rules, plans, async (rules, plan) => {
      const clock = virtualClock();
      await fc.asyncModelRun(() => ({
        model: { breaker: new BreakerModel(rules), calls: [] },
        real: { clock, calls: [], breaker: createBreaker("payment", { ...rules, clock }) },
      }), plan);
    }),
    { numRuns: 400 },
  );
});
