import {
  type Aggregate,
  derivedId,
  type DomainCommand,
  type DomainEvent,
  type EventLog,
  type eventLog,
  type EventSchemas,
  fingerprint,
} from "@headwater/core";
import { shop } from "@shop/app";
import { fulfilmentSaga } from "@shop/order";
import { shipmentIdOf } from "@shop/shipping/contract";

/** Events of an order of one line that was delivered, and of one that was only confirmed. */
const eventsOf = { delivered: 24, confirmed: 14 };
/** One in so many orders is still to be dispatched. */
const undispatchedOneIn = 10;
const ordersInFlight = 500;
const skus = 200;

type Folded = { state: unknown; revision: number };
type Rules = Pick<Aggregate, "initialState" | "evolve">;

/** What was decided, by whom, and what it follows from. */
type Decided = {
  readonly stream: string;
  readonly events: readonly DomainEvent[];
  readonly schemas: EventSchemas;
  readonly rules: Rules;
  readonly commandId: string;
  readonly causationId: string;
  readonly content: unknown;
};

const aggregates = shop.services.flatMap((service) => service.aggregates);

/** About so many orders lead to so many events. */
export function ordersFor(events: number): number {
  const { delivered, confirmed } = eventsOf;
  return Math.ceil(events / (delivered - (delivered - confirmed) / undispatchedOneIn));
}

/** Writes what the shop would have written of so many orders that went well: its own rules make the events. */
export async function writeShopHistory(log: EventLog, orders: number): Promise<void> {
  const stock = new Map<string, Folded>();
  for (let number = 0; number < skus; number++) {
    const data = { sku: skuOf(number), quantity: 1_000_000 };
    const commandId = derivedId("history", data.sku);
    const history = new OrderHistory(log, { orderId: data.sku, stock });
    await history.give({ type: "ReceiveStock", data, commandId });
  }
  let begun = 0;
  async function goOn(): Promise<void> {
    while (begun < orders) {
      const number = begun++;
      await new OrderHistory(log, { orderId: derivedId("history", number), stock }).write(number);
    }
  }
  await Promise.all(Array.from({ length: ordersInFlight }, goOn));
}

class OrderHistory {
  readonly #log: EventLog;
  readonly #orderId: string;
  /** Streams that all orders share. */
  readonly #stock: Map<string, Folded>;
  readonly #own = new Map<string, Folded>();

  constructor(
    log: EventLog,
    { orderId, stock }: { readonly orderId: string; readonly stock: Map<string, Folded> },
  ) {
    this.#log = log;
    this.#orderId = orderId;
    this.#stock = stock;
  }

  async write(number: number): Promise<void> {
    await this.#byClient("PlaceOrder", placement(this.#orderId, number));
    if (number % undispatchedOneIn === 0) return;
    const shipment = { shipmentId: shipmentIdOf(this.#orderId) };
    await this.#byClient("DispatchShipment", shipment);
    await this.#byClient("DeliverShipment", shipment);
  }

  /** Decides a command and appends its events, which the process then hears. */
  async give(
    { commandId, ...command }: {
      readonly type: string;
      readonly data: unknown;
      readonly commandId: string;
    },
  ): Promise<void> {
    const aggregate = aggregateOf(command);
    const stream = `${aggregate.name}-${aggregate.id(command)}`;
    const written = await this.#append({
      stream,
      events: aggregate.decide(command, this.#foldedOf(stream, aggregate).state),
      schemas: aggregate.events,
      rules: aggregate,
      commandId,
      causationId: commandId,
      content: command,
    });
    for (const input of written) await this.#hear(input);
  }

  /** A command of a client, and all steps that follow from it. */
  async #byClient(type: string, data: unknown): Promise<void> {
    const { name, outstanding } = fulfilmentSaga;
    await this.give({ type, data, commandId: derivedId("history", this.#orderId, type) });
    for (;;) {
      const { state } = this.#foldedOf(`${name}-${this.#orderId}`, fulfilmentSaga);
      const [step] = outstanding(state as Parameters<typeof outstanding>[0]);
      if (!step) return;
      const { command } = step;
      const commandId = derivedId(name, this.#orderId, step.name);
      await this.give({ ...command, commandId });
      const answer = answerTo(command.type);
      if (!answer) continue;
      const { data } = command;
      await this.give({ type: answer, data, commandId: derivedId(commandId, answer) });
    }
  }

  async #hear({ id, type, data }: eventLog.NewEvent): Promise<void> {
    const { name, react, events: schemas } = fulfilmentSaga;
    const input = { type, data } as Parameters<typeof react>[0];
    if (fulfilmentSaga.key(input) === undefined) return;
    const stream = `${name}-${this.#orderId}`;
    const { state } = this.#foldedOf(stream, fulfilmentSaga);
    await this.#append({
      stream,
      events: react(input, state as Parameters<typeof react>[1], {
        at: "2026-01-01T00:00:00.000Z",
      }),
      schemas,
      rules: fulfilmentSaga as Rules,
      commandId: derivedId(name, id),
      causationId: id,
      content: { type, data },
    });
  }

  async #append(
    { stream, events, schemas, rules, commandId, causationId, content }: Decided,
  ): Promise<readonly eventLog.NewEvent[]> {
    if (events.length === 0) return [];
    const folded = this.#foldedOf(stream, rules);
    const expected = folded.revision === -1 ? "no-stream" : folded.revision;
    const commandHash = fingerprint(content);
    const $correlationId = this.#orderId;
    const written = events.map((event, index): eventLog.NewEvent => {
      const { type, data, schemaVersion } = schemas.encode(event);
      const id = derivedId(commandId, commandHash, events.length, index);
      const ids = { $correlationId, $causationId: causationId, commandId };
      return { id, type, data, metadata: { ...ids, commandHash, schemaVersion } };
    });
    // Before it is written: whoever comes next to this stream expects it.
    folded.state = events.reduce((state, event) => rules.evolve(state, event), folded.state);
    folded.revision += events.length;
    await this.#log.append(stream, written, { expected });
    return written;
  }

  #foldedOf(stream: string, { initialState }: { readonly initialState: unknown }): Folded {
    const streams = stream.startsWith("stockItem-") ? this.#stock : this.#own;
    const folded = streams.get(stream) ?? { state: initialState, revision: -1 };
    streams.set(stream, folded);
    return folded;
  }
}

/** What a service tells itself once those whom it asked have done their part, by the command. */
function answerTo(type: string): string | undefined {
  return { ChargePayment: "RecordCharge", NotifyCustomer: "RecordSent" }[type];
}

function aggregateOf({ type }: DomainCommand): Aggregate {
  const owner = { RecordCharge: "payment", RecordSent: "notification" }[type];
  const found = aggregates.find(({ name, commands }) =>
    name === owner || Object.hasOwn(commands, type)
  );
  if (!found) throw new Error(`Cannot give command "${type}": no aggregate of the shop takes it`);
  return found;
}

function placement(orderId: string, number: number) {
  return {
    orderId,
    customerId: `customer-${number % 5_000}`,
    currency: "EUR",
    lines: [{ sku: skuOf(number % skus), quantity: 1 + number % 3, unitPrice: 1_990 }],
    shippingAddress: {
      name: "Ada Lovelace",
      line1: `${number} Mill Lane`,
      city: "Hull",
      postalCode: "12345",
      country: "GB",
    },
    paymentMethod: "pm_ok",
  };
}

function skuOf(number: number): string {
  return `SKU-${number}`;
}
