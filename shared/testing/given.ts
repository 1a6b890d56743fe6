import {
  type Aggregate,
  type DomainCommand,
  type DomainEvent,
  type Recorded,
  Refusal,
  type View,
} from "@headwater/core";
import assert from "node:assert/strict";
import type { Process, Step } from "@headwater/sagas";

/**
 * The rules of an aggregate, without its contract.
 * @internal
 */
type Rules<Command extends DomainCommand, Event extends DomainEvent, State> = Pick<
  Aggregate<Command, Event, State>,
  "decide" | "evolve" | "initialState"
>;

/** `given(order, placed).when(confirm).yields(confirmed)` */
export function given<Command extends DomainCommand, Event extends DomainEvent, State>(
  decider: Rules<Command, Event, State>,
  ...history: readonly NoInfer<Event>[]
): {
  readonly state: State;
  /** Decides a command in that state. */
  when(command: Command): {
    yields(...expected: readonly Event[]): void;
    yieldsNothing(): void;
    /** By a `Refusal` of this code. */
    isRefused(code: string): void;
  };
} {
  const state = history.reduce(decider.evolve, decider.initialState);
  return {
    state,
    when(command: Command) {
      return {
        yields(...expected: readonly Event[]): void {
          assert.deepEqual(decider.decide(command, state), expected);
        },
        yieldsNothing(): void {
          assert.deepEqual(decider.decide(command, state), []);
        },
        isRefused(code: string): void {
          assert.throws(
            () => decider.decide(command, state),
            (error) => error instanceof Refusal && error.code === code,
          );
        },
      };
    },
  };
}

/** The state of a process after it heard these inputs, and what it then wants done. */
export function heard<Input extends DomainEvent, Event extends DomainEvent, State>(
  process: Process<Input, Event, State>,
  ...inputs: readonly NoInfer<Input>[]
): { state: State; events: readonly Event[]; outstanding: readonly Step[]; finished: boolean } {
  let state = process.initialState;
  const events: Event[] = [];
  for (const input of inputs) {
    const recorded = { ...recordedExample(input), ...input };
    const reaction = process.react(recorded, state, { at: recorded.recordedAt });
    events.push(...reaction);
    state = reaction.reduce(process.evolve, state);
  }
  return {
    state,
    events,
    outstanding: process.outstanding(state),
    finished: process.finished(state),
  };
}

/** The rows of a view after these events, by key. */
export function rowsAfter<Row extends Record<string, unknown>, Event extends DomainEvent>(
  view: View<Row, Event>,
  ...events: readonly NoInfer<Event>[]
): Map<string, Row> {
  return rowsAfterRecorded(
    view,
    events.map((event, index) => recordedExample(event, { position: index + 1, revision: index })),
  );
}

/** The same after events that say when and where they were recorded. */
export function rowsAfterRecorded<Row extends Record<string, unknown>, Event extends DomainEvent>(
  view: View<Row, Event>,
  events: readonly Recorded<NoInfer<Event>>[],
): Map<string, Row> {
  const rows = new Map<string, Row>();
  for (const event of events) {
    for (const key of view.keys(event)) {
      const row = view.evolve(rows.get(key), event, key);
      if (row) view.check(row);
      if (row) rows.set(key, row);
      else rows.delete(key);
    }
  }
  return rows;
}

/**
 * The part of a view's sums that says what they are.
 * @internal
 */
type Summing<Row, Total> = {
  readonly key: readonly (keyof Total & string)[];
  readonly summed: readonly (keyof Total & string)[];
  contributes(row: Row): readonly Total[];
};

/** What these rows come to in the second table of their view, in no sequence; what is all zero is not there. */
export function sumsOf<Row extends Record<string, unknown>, Total extends Record<string, unknown>>(
  { sums }: { readonly sums: Summing<Row, Total> },
  rows: Iterable<Row>,
): Total[] {
  const totals = new Map<string, { readonly total: Total; readonly exact: readonly bigint[] }>();
  for (const contribution of [...rows].flatMap((row) => sums.contributes(row))) {
    const key = JSON.stringify(sums.key.map((name) => contribution[name]));
    const before = totals.get(key)?.exact;
    const exact = sums.summed.map((name, place) =>
      (before?.[place] ?? 0n) + BigInt(Number(contribution[name]))
    );
    totals.set(key, { total: contribution, exact });
  }
  return [...totals.values()].filter(({ exact }) => exact.some((sum) => sum !== 0n))
    .map(({ total, exact }) => ({
      ...total,
      ...Object.fromEntries(sums.summed.map((name, place) => [name, Number(exact[place])])),
    }));
}

/** An event as the log would give it back. */
export function recordedExample<Event extends DomainEvent>(
  event: Event,
  place: Partial<Pick<Recorded, "position" | "revision" | "stream" | "recordedAt" | "metadata">> =
    {},
): Recorded<Event> {
  return {
    ...event,
    id: "00000000-0000-4000-8000-000000000001",
    stream: "example-1",
    revision: 0,
    position: 1,
    recordedAt: "2026-01-01T00:00:00.000Z",
    metadata: {
      $correlationId: "correlation-1",
      $causationId: "00000000-0000-4000-8000-000000000002",
      commandId: "00000000-0000-4000-8000-000000000002",
      commandHash: "hash",
      schemaVersion: 1,
    },
    ...place,
  };
}
