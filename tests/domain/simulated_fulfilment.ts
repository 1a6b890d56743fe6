import { fulfilmentSaga } from "@shop/order";
import { derivedId } from "@headwater/core";
import type { Step } from "@headwater/sagas";
import type { Kind, SimulatedLog } from "./simulated_log.ts";

type Input = Parameters<typeof fulfilmentSaga.react>[0];
type Event = ReturnType<typeof fulfilmentSaga.react>[number];
type State = typeof fulfilmentSaga.initialState;

const fulfilmentKind: Kind<Input, Event, State> = {
  events: fulfilmentSaga.events,
  decider: {
    initialState: fulfilmentSaga.initialState,
    decide: (input, state) =>
      fulfilmentSaga.react(input, state, { at: "2026-01-01T00:00:00.000Z" }),
    evolve: fulfilmentSaga.evolve,
  },
};

/** Listeners of the process, each with its own place in the log, on the instances' own streams. */
export class SimulatedFulfilment {
  readonly #log: SimulatedLog;
  /** How many events each listener has heard. */
  readonly heard = [0, 0];

  constructor(log: SimulatedLog) {
    this.#log = log;
  }

  /** Listeners that have something to hear. */
  behind(): number[] {
    const { length } = this.#log.recorded;
    return [...this.heard.keys()].filter((listener) => this.heard[listener]! < length);
  }

  hear(listener: number): void {
    const place = this.heard[listener]!;
    const recorded = this.#log.recorded[place]!;
    this.heard[listener] = place + 1;
    const schemas = fulfilmentSaga.inputs.find(({ category }) =>
      recorded.stream.startsWith(`${category}-`)
    );
    const input = schemas?.decode(recorded);
    const id = input && fulfilmentSaga.key(input);
    if (id === undefined) return;
    this.#log.handle(fulfilmentKind, {
      id,
      commandId: derivedId("fulfilment", recorded.id),
      command: { type: recorded.type, data: recorded.data } as Input,
    });
  }

  outstanding(orderId: string): readonly Step[] {
    return fulfilmentSaga.outstanding(this.#log.state(fulfilmentKind, orderId));
  }

  finished(orderId: string): boolean {
    return fulfilmentSaga.finished(this.#log.state(fulfilmentKind, orderId));
  }
}
