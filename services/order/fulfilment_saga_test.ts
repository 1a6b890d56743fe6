import type { DomainEvent } from "@headwater/core";
import { paymentIdOf } from "@shop/payment/contract";
import { heard } from "@headwater/testing";
import { shipmentIdOf } from "@shop/shipping/contract";
import assert from "node:assert/strict";
import { orderEventExamples as order } from "./examples.ts";
import { fulfilmentSaga } from "./fulfilment_saga.ts";

type FulfilmentInput = DomainEvent;

const orderId = "order-1";
const paymentId = paymentIdOf(orderId);
const money = { paymentId, orderId, currency: "EUR", amount: 2_999 };
const parcel = { shipmentId: shipmentIdOf(orderId), orderId };
const address = order.OrderPlaced.data.shippingAddress;
const dispatched: FulfilmentInput = { type: "ShipmentDispatched", data: parcel };
const delivered: FulfilmentInput = { type: "ShipmentDelivered", data: parcel };

/** What is heard when a step was done. */
function done(step: string): FulfilmentInput {
  const [verb, argument = ""] = step.split(":");
  const stock = { sku: argument, orderId, quantity: argument === "SKU1" ? 2 : 1 };
  const kind = argument as "order-confirmed";
  const notice = { notificationId: "notification-1", customerId: "customer-1", orderId, kind };
  const byFulfilment = { orderId, reason: "card-declined", by: "fulfilment" as const };
  const outcomes: Record<string, FulfilmentInput> = {
    "reserve-stock": { type: "StockReserved", data: stock },
    "release-stock": { type: "StockReleased", data: stock },
    "ship-stock": { type: "StockShipped", data: stock },
    "charge-payment": { type: "PaymentCharged", data: money },
    "refund-payment": { type: "PaymentRefunded", data: money },
    "confirm-order": order.OrderConfirmed,
    "withdraw-confirmation": order.OrderConfirmationWithdrawn,
    "arrange-shipment": { type: "ShipmentArranged", data: { ...parcel, address } },
    "cancel-shipment": { type: "ShipmentCancelled", data: parcel },
    "start-cancellation": { type: "OrderCancellationStarted", data: byFulfilment },
    "reject-cancellation": order.OrderCancellationRejected,
    "complete-cancellation": order.OrderCancelled,
    "mark-shipped": order.OrderShipped,
    "mark-delivered": order.OrderDelivered,
    notify: { type: "NotificationSent", data: notice },
  };
  return outcomes[verb!]!;
}

const rejected: FulfilmentInput = {
  type: "StockReservationRejected",
  data: { sku: "SKU2", orderId, quantity: 1, available: 0, reason: "stock-insufficient" },
};
const declined: FulfilmentInput = {
  type: "PaymentDeclined",
  data: { paymentId, orderId, reason: "card-declined" },
};
const refused: FulfilmentInput = {
  type: "ShipmentRefused",
  data: { ...parcel, reason: "address-undeliverable" },
};
const cancellationRejected: FulfilmentInput = {
  type: "ShipmentCancellationRejected",
  data: { ...parcel, reason: "shipment-already-dispatched" },
};

const forward = [
  "reserve-stock:SKU1",
  "reserve-stock:SKU2",
  "charge-payment",
  "confirm-order",
  "arrange-shipment",
  "notify:order-confirmed",
];
const undoing: Readonly<Record<string, string>> = {
  "reserve-stock:SKU1": "release-stock:SKU1",
  "reserve-stock:SKU2": "release-stock:SKU2",
  "charge-payment": "refund-payment",
  "confirm-order": "withdraw-confirmation",
  "arrange-shipment": "cancel-shipment",
};
const shipping = ["ship-stock:SKU1", "ship-stock:SKU2", "mark-shipped"];

/** What compensates these steps, in the sequence in which it must be done. */
function undo(steps: readonly string[]): string[] {
  return steps.toReversed().map((step) => undoing[step]).filter((step) => step !== undefined);
}

/** The inputs of an order whose first `count` steps were done. */
function after(count: number): FulfilmentInput[] {
  return [order.OrderPlaced, ...forward.slice(0, count).map(done)];
}

/** The names of the steps that it takes from here, until nothing is outstanding; of those side by side the first comes first. */
function stepsFrom(...inputs: readonly FulfilmentInput[]): string[] {
  const steps: string[] = [];
  const history = [...inputs];
  for (;;) {
    const { outstanding, finished } = heard(fulfilmentSaga, ...history);
    const [now] = outstanding;
    assert.equal(finished, now === undefined);
    if (!now) return steps;
    assert.ok(steps.length < 50, `goes round in circles: ${steps.join(", ")}`);
    steps.push(now.name);
    history.push(done(now.name));
  }
}

Deno.test("an order goes from its stock to the customer's being told", () => {
  assert.deepEqual(stepsFrom(order.OrderPlaced), forward);
});

Deno.test("a parcel that left is shipped from stock, then marked as shipped and delivered", () => {
  assert.deepEqual(stepsFrom(...after(6), dispatched), shipping);
  assert.deepEqual(stepsFrom(...after(6), dispatched, delivered), [...shipping, "mark-delivered"]);
});

Deno.test("a parcel that leaves before the customer was told does not keep the customer from it", () => {
  assert.deepEqual(
    stepsFrom(...after(5), dispatched, delivered),
    ["notify:order-confirmed", ...shipping, "mark-delivered"],
  );
});

Deno.test("a refusal at any step undoes the completed ones in reverse order", () => {
  for (const [count, refusal] of [[1, rejected], [2, declined], [4, refused]] as const) {
    assert.deepEqual(stepsFrom(...after(count), refusal), [
      "start-cancellation",
      ...undo(forward.slice(0, count)),
      "complete-cancellation",
      "notify:order-cancelled",
    ]);
  }
});

Deno.test("the order's cancellation says why fulfilment could not go on", () => {
  const { outstanding } = heard(fulfilmentSaga, ...after(2), declined);
  assert.deepEqual(outstanding.map(({ command }) => command), [
    { type: "StartCancellation", data: { orderId, reason: "card-declined" } },
  ]);
});

Deno.test("a customer's cancellation waits for the step under way, then undoes what stands", () => {
  for (const [index, step] of forward.entries()) {
    const steps = stepsFrom(...after(index), order.OrderCancellationStarted);
    const ending = ["complete-cancellation", "notify:order-cancelled"];
    // The order confirms nothing once it is being cancelled, so there is no outcome to wait for.
    const underWay = index < 2 ? forward.slice(index, 2) : [step];
    const expected = step === "confirm-order"
      ? [...undo(forward.slice(0, index)), ...ending]
      : [...underWay, ...undo(forward.slice(0, index + underWay.length)), ...ending];
    assert.deepEqual(steps, expected, `cancelled while at ${step}`);
  }
});

Deno.test("a customer cancels an order that was confirmed and is at rest", () => {
  assert.deepEqual(stepsFrom(...after(6), order.OrderCancellationStarted), [
    "cancel-shipment",
    "withdraw-confirmation",
    "refund-payment",
    "release-stock:SKU2",
    "release-stock:SKU1",
    "complete-cancellation",
    "notify:order-cancelled",
  ]);
});

Deno.test("a step refused while the customer cancels is not undone", () => {
  for (const [count, refusal] of [[1, rejected], [2, declined], [4, refused]] as const) {
    assert.deepEqual(stepsFrom(...after(count), order.OrderCancellationStarted, refusal), [
      ...undo(forward.slice(0, count)),
      "complete-cancellation",
      "notify:order-cancelled",
    ]);
  }
});

Deno.test("a customer who cancels just after a refusal changes nothing", () => {
  assert.deepEqual(
    stepsFrom(...after(2), declined, order.OrderCancellationStarted),
    [...undo(forward.slice(0, 2)), "complete-cancellation", "notify:order-cancelled"],
  );
});

Deno.test("a cancellation that came after the dispatch is rejected and shipping goes on", () => {
  assert.deepEqual(
    stepsFrom(...after(6), dispatched, order.OrderCancellationStarted),
    ["reject-cancellation", ...shipping],
  );
  assert.deepEqual(
    stepsFrom(...after(5), dispatched, order.OrderCancellationStarted, delivered),
    ["reject-cancellation", "notify:order-confirmed", ...shipping, "mark-delivered"],
  );
});

Deno.test("a parcel that left during the cancellation calls it off", () => {
  const cancelling = [...after(6), order.OrderCancellationStarted];
  const goesOn = ["reject-cancellation", ...shipping];
  assert.deepEqual(stepsFrom(...cancelling, dispatched, cancellationRejected), goesOn);
  const isThere = [...goesOn, "mark-delivered"];
  assert.deepEqual(stepsFrom(...cancelling, dispatched, delivered, cancellationRejected), isThere);
  assert.deepEqual(stepsFrom(...cancelling, dispatched, cancellationRejected, delivered), isThere);
});

Deno.test("a customer told of the confirmation during the cancellation is not told again when the order stands", () => {
  const told = done("notify:order-confirmed");
  const cancelling = [...after(5), order.OrderCancellationStarted];
  const goesOn = ["reject-cancellation", ...shipping];
  assert.deepEqual(stepsFrom(...cancelling, told, dispatched, cancellationRejected), goesOn);
  assert.deepEqual(stepsFrom(...cancelling, dispatched, told, cancellationRejected), goesOn);
});

Deno.test("a delivery heard during the cancellation is not forgotten when the order stands", () => {
  const told = done("notify:order-confirmed");
  assert.deepEqual(
    stepsFrom(
      ...after(5),
      order.OrderCancellationStarted,
      dispatched,
      delivered,
      told,
      cancellationRejected,
    ),
    ["reject-cancellation", ...shipping, "mark-delivered"],
  );
});

Deno.test("lines of the same SKU are reserved as one", () => {
  const [line] = order.OrderPlaced.data.lines;
  const lines = [line!, { ...line!, quantity: 3 }];
  const placed = { ...order.OrderPlaced, data: { ...order.OrderPlaced.data, lines } };
  const { outstanding } = heard(fulfilmentSaga, placed);
  assert.deepEqual(outstanding.map(({ command }) => command), [
    { type: "ReserveStock", data: { sku: "SKU1", orderId, quantity: 5 } },
  ]);
});

Deno.test("inputs that come again, late or uncalled for are on record, and nothing is done", () => {
  const inputs = [...after(6), dispatched, ...shipping.map(done), delivered];
  const whole = heard(fulfilmentSaga, ...inputs, done("mark-delivered"));
  assert.ok(whole.finished);
  const uncalled = [done("release-stock:SKU1"), done("refund-payment"), declined, rejected];
  for (const input of [...inputs, ...uncalled]) {
    const again = heard(fulfilmentSaga, ...inputs, done("mark-delivered"), input);
    const noted = again.events.slice(whole.events.length).map(({ type }) => type);
    const isAnswer = ![order.OrderPlaced, dispatched, delivered].includes(input as never);
    assert.deepEqual(noted, isAnswer ? ["AnswerHeard"] : [], input.type);
    assert.deepEqual(again.state, whole.state, input.type);
  }
});

Deno.test("nothing is done for an order that was never placed, its answers are on record", () => {
  for (const input of [dispatched, delivered, declined, ...forward.map(done)]) {
    const { events, outstanding, finished } = heard(fulfilmentSaga, input);
    const isAnswer = input !== dispatched && input !== delivered;
    assert.deepEqual(events.map(({ type }) => type), isAnswer ? ["AnswerHeard"] : []);
    assert.deepEqual([outstanding, finished], [[], true]);
  }
});

Deno.test("an input belongs to the instance of its order, and stock that comes in to none", () => {
  assert.equal(fulfilmentSaga.key(order.OrderPlaced), orderId);
  assert.equal(fulfilmentSaga.key(dispatched), orderId);
  const received = { type: "StockReceived" as const, data: { sku: "SKU1", quantity: 1 } };
  assert.equal(fulfilmentSaga.key(received), undefined);
});

Deno.test("a compensation says in the log which step it undid", () => {
  const cancelled = [...after(6), order.OrderCancellationStarted];
  for (const compensation of undo(forward)) {
    cancelled.push(done(compensation));
    const { type, data } = heard(fulfilmentSaga, ...cancelled).events.at(-1)!;
    const { step, compensates } = data as { step: string; compensates: string };
    assert.deepEqual([type, step, undoing[compensates]], ["StepDone", compensation, compensation]);
  }
});
