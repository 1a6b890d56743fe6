import { stockItem } from "@shop/inventory";
import { stockItemEvents } from "@shop/inventory/contract";
import { notification } from "@shop/notification";
import { notificationEvents, notificationIdOf } from "@shop/notification/contract";
import { order } from "@shop/order";
import { type OrderCommand, orderEvents } from "@shop/order/contract";
import { derivedId, Refusal } from "@headwater/core";
import type { Step } from "@headwater/sagas";
import { shipment } from "@shop/shipping";
import { shipmentEvents, shipmentIdOf } from "@shop/shipping/contract";
import type { Chances } from "@shop/demo";
import { SimulatedFulfilment } from "./simulated_fulfilment.ts";
import { SimulatedLog } from "./simulated_log.ts";
import { paymentKind, SimulatedPayments } from "./simulated_payments.ts";

const orderKind = { decider: order, events: orderEvents };
const stockKind = { decider: stockItem, events: stockItemEvents };
const shipmentKind = { decider: shipment, events: shipmentEvents };
const notificationKind = { decider: notification, events: notificationEvents };

type Placement = Extract<OrderCommand, { type: "PlaceOrder" }>["data"];
/** Something under way: it happens when its turn comes, after anything else and perhaps more than once. */
type Moment = { readonly name: string; happen(): void };

/** Commands under way get lost and come twice; collections of payments die. */
const chanceOfLoss = 0.1;
const chanceOfCopy = 0.15;

/** The five services and the fulfilment process, without machines: what happens next is chosen from outside. */
export class SimulatedShop {
  readonly log = new SimulatedLog();
  readonly fulfilment = new SimulatedFulfilment(this.log);
  readonly payments = new SimulatedPayments(this.log);
  readonly underway: Moment[] = [];
  /** Every step ever sent. */
  readonly sent = new Map<string, { readonly orderId: string; readonly step: Step }>();
  readonly orderIds: string[] = [];
  readonly #chances: Chances;
  #requests = 0;

  constructor(chances: Chances) {
    this.#chances = chances;
  }

  receive(sku: string, quantity: number): void {
    const command = { type: "ReceiveStock" as const, data: { sku, quantity } };
    this.log.handle(stockKind, { id: sku, commandId: this.#request(), command });
  }

  place(data: Placement): void {
    const command = { type: "PlaceOrder" as const, data };
    this.log.handle(orderKind, { id: data.orderId, commandId: this.#request(), command });
    this.orderIds.push(data.orderId);
  }

  /** The shipment is looked up now, the order decides later: in between it may have left. */
  requestCancellation(orderId: string): void {
    const { status } = this.log.state(shipmentKind, shipmentIdOf(orderId));
    const shipmentDispatched = status === "dispatched" || status === "delivered";
    const data = { orderId, reason: "changed my mind", shipmentDispatched };
    const commandId = this.#request();
    this.#putUnderway(`RequestCancellation ${orderId}`, () => {
      const command = { type: "RequestCancellation" as const, data };
      refusing(["order-already-shipped"], () => {
        this.log.handle(orderKind, { id: orderId, commandId, command });
      });
    });
  }

  move(type: "DispatchShipment" | "DeliverShipment", orderId: string): void {
    const shipmentId = shipmentIdOf(orderId);
    refusing(
      ["shipment-unknown", "shipment-arranged", "shipment-refused", "shipment-cancelled"],
      () => {
        const command = { type, data: { shipmentId } };
        this.log.handle(shipmentKind, { id: shipmentId, commandId: this.#request(), command });
      },
    );
  }

  /** Whether the order's parcel waits for its carrier or its arrival. */
  canMove(orderId: string): boolean {
    const { status } = this.log.state(shipmentKind, shipmentIdOf(orderId));
    return status === "arranged" || status === "dispatched";
  }

  /** Sends a step, unless copies of it are still under way. */
  send(orderId: string, step: Step): void {
    const name = `${step.name} ${orderId}`;
    this.sent.set(name, { orderId, step });
    if (this.underway.filter((moment) => moment.name === name).length > 1) return;
    this.#putUnderway(name, () => this.take(orderId, step));
  }

  /** Lets something happen that is under way. */
  proceed(): void {
    // What came last is often first: the others grow old on their way.
    const { length } = this.underway;
    const chosen = this.#chances.happens(0.4) ? length - 1 : this.#chances.whole(length);
    const [moment] = this.underway.splice(chosen, 1);
    moment?.happen();
  }

  /** A service takes the command of a step. */
  take(orderId: string, { name, command }: Step): void {
    const commandId = derivedId("fulfilment", orderId, name);
    // deno-lint-ignore no-explicit-any -- the service tells by the type what command it is
    const { type, data } = command as { type: any; data: any };
    const request = { commandId, command: { type, data } };
    switch (type) {
      case "ReserveStock":
      case "ReleaseStock":
      case "ShipStock":
        return void this.log.handle(stockKind, { id: data.sku, ...request });
      case "ChargePayment":
        this.log.handle(paymentKind, { id: orderId, ...request });
        return this.#collect({ orderId, commandId });
      case "RefundPayment":
        return this.payments.refund({ orderId, commandId });
      case "ArrangeShipment":
      case "CancelShipment":
        return void this.log.handle(shipmentKind, { id: shipmentIdOf(orderId), ...request });
      case "NotifyCustomer": {
        const id = notificationIdOf(orderId, data.kind);
        this.log.handle(notificationKind, { id, ...request });
        return this.#putUnderway(`RecordSent ${id}`, () => {
          this.log.handle(notificationKind, {
            id,
            commandId: derivedId(commandId, "RecordSent"),
            command: { type: "RecordSent", data: { orderId, kind: data.kind } },
          });
        });
      }
      default:
        return void this.log.handle(orderKind, { id: orderId, ...request });
    }
  }

  #collect(collection: { readonly orderId: string; readonly commandId: string }): void {
    const note = this.payments.ask(collection);
    if (!note) return;
    this.#putUnderway(`answer of the payment provider to ${collection.orderId}`, () => {
      note();
      this.#collect(collection);
    });
  }

  #putUnderway(name: string, happen: () => void): void {
    if (this.#chances.happens(chanceOfLoss)) return;
    do this.underway.push({ name, happen }); while (this.#chances.happens(chanceOfCopy));
  }

  #request(): string {
    return derivedId("request", ++this.#requests);
  }
}

function refusing(codes: readonly string[], act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Refusal && codes.includes(error.code))) throw error;
  }
}
