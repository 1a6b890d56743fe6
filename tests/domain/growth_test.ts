import { shop } from "@shop/app";
import { type DomainEvent, type EventSchemas, Refusal } from "@headwater/core";
import { arbitraryOf, recordedExample } from "@headwater/testing";
import fc from "fast-check";
import assert from "node:assert/strict";
import type { z } from "zod";
import { Counter } from "./counted.ts";

// deno-lint-ignore no-explicit-any -- the states of all that the shop consists of
type AnyState = any;

/** A decider or a process: what is folded, and what it is then asked. */
type Folding = {
  readonly name: string;
  readonly events: EventSchemas;
  readonly initialState: AnyState;
  evolve(state: AnyState, event: DomainEvent): AnyState;
  /** Everything that it can be asked, one example each. */
  readonly questions: ReadonlyMap<string, (state: AnyState) => unknown>;
};

const aggregates = shop.services.flatMap(({ aggregates }) => aggregates).map((
  aggregate,
): Folding => ({
  ...aggregate,
  questions: new Map(
    Object.entries(aggregate.commands).map(([type, schema]) => [
      type,
      (state) => aggregate.decide({ type, data: examplesOf(schema)(0) }, state),
    ]),
  ),
}));

const processes = shop.services.flatMap(({ sagas }) => sagas).map((process): Folding => ({
  ...process,
  questions: new Map([
    ...process.inputs.flatMap((inputs) =>
      inputs.types.map((type): [string, (state: AnyState) => unknown] => {
        const data = examplesOf(inputs.schemaOf(type))(0);
        return [
          type,
          (state) => {
            const input = recordedExample({ type, data });
            return process.react(input, state, { at: input.recordedAt });
          },
        ];
      })
    ),
    ["what is outstanding", (state) => process.outstanding(state)],
    ["whether it is finished", (state) => process.finished(state)],
  ]),
}));

Deno.test("every decider and process of the shop folds ten times the events at ten times the cost", () => {
  for (const folding of [...aggregates, ...processes]) {
    for (const [name, history] of historiesOf(folding)) {
      const few = folded(folding, history.slice(0, 1_000));
      const many = folded(folding, history, 25 * few.looks + 1_000);
      // Ten times as many, where each costs the logarithm of what there is; whoever copies needs a hundred times as many.
      assert.ok(
        many.looks <= 25 * few.looks + 1_000,
        `${folding.name} folds ${name}: ${few.looks} looks for 1,000 events, ${many.looks} and more for 10,000`,
      );
      for (const [question, ask] of folding.questions) {
        const [cheap, dear] = [few, many].map((state) => state.looksOf(ask));
        assert.ok(
          dear! <= 2 * cheap! + 100,
          `${folding.name} is asked ${question} after ${name}: ${cheap} looks after 1,000 events, ${dear} after 10,000`,
        );
      }
    }
  }
});

Deno.test("a fold that copies what it has is noticed, however it does it", () => {
  type State = Readonly<Record<string, number>>;
  const copies: readonly ((state: AnyState, key: string) => unknown)[] = [
    (state: State, key) => ({ ...state, [key]: 1 }),
    (state: State = {}, key) => Object.fromEntries([...Object.entries(state), [key, 1]]),
    (state: { readonly list?: readonly string[] }, key) => ({ list: [...state.list ?? [], key] }),
    (state: { readonly map?: Map<string, number> }, key) => ({
      map: new Map([...state.map ?? [], [key, 1]]),
    }),
    (state: { readonly set?: Set<string> }, key) => ({ set: new Set(state.set).add(key) }),
  ];
  for (const copy of copies) {
    const counter = new Counter();
    let state: unknown = {};
    for (let index = 0; index < 1_000; index++) {
      state = copy(counter.counted(state), `key-${index}`);
    }
    assert.ok(counter.looks > 100_000, `${copy}: ${counter.looks} looks`);
  }
});

/** Goes on no longer than it must to show that it needs more than `most` looks. */
function folded(
  { initialState, evolve }: Folding,
  history: readonly DomainEvent[],
  most = Infinity,
) {
  const counter = new Counter();
  let state = initialState;
  for (const event of history) {
    if (counter.looks > most) break;
    state = evolve(counter.counted(state), event);
  }
  const { looks } = counter;
  return {
    looks,
    looksOf(ask: (state: AnyState) => unknown): number {
      const before = counter.looks;
      try {
        ask(counter.counted(state));
      } catch (error) {
        // Its version came from an example
        const isOfNoVersion = error instanceof Error && /runs by version/.test(error.message);
        if (!(error instanceof Refusal) && !isOfNoVersion) throw error;
      }
      return counter.looks - before;
    },
  };
}

/** What began, and then went on with events of one type, or of all in turn. */
function* historiesOf({ events }: Folding): Generator<[string, readonly DomainEvent[]]> {
  const examples = new Map(
    events.types.map((type) => [type, examplesOf(events.schemaOf(type))]),
  );
  const [first = ""] = events.types;
  const event = (type: string, index: number) => ({ type, data: examples.get(type)!(index) });
  const length = 10_000;
  for (const type of events.types) {
    yield [
      `events of type "${type}"`,
      Array.from({ length }, (_, index) => event(index === 0 ? first : type, index)),
    ];
  }
  yield [
    "events of all types",
    Array.from({ length }, (_, index) => {
      const { types } = events;
      return event(index === 0 ? first : types[index % types.length]!, index);
    }),
  ];
}

/** Valid data, each with texts of its own wherever the schema takes any. */
function examplesOf(schema: z.ZodType): (index: number) => Record<string, unknown> {
  const sampled = fc.sample(arbitraryOf(schema), { numRuns: 10, seed: 1 }) as Record<
    string,
    unknown
  >[];
  const [example = {}] = sampled;
  const free = Object.keys(example).filter((name) =>
    typeof example[name] === "string" && schema.safeParse({ ...example, [name]: "text1" }).success
  );
  return (index) => ({
    ...sampled[index % sampled.length],
    ...Object.fromEntries(free.map((name) => [name, `text${index}`])),
  });
}
