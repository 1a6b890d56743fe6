import type { FulfilmentEvent, OrderCommand, OrderEvent } from "./contract.ts";

const orderId = "order-1";
const reason = "changed my mind";

const placement = {
  orderId,
  customerId: "customer-1",
  currency: "EUR",
  lines: [
    { sku: "SKU1", quantity: 2, unitPrice: 1_250 },
    { sku: "SKU2", quantity: 1, unitPrice: 499 },
  ],
  shippingAddress: {
    name: "Ada Lovelace",
    line1: "1 Analytical Way",
    city: "London",
    postalCode: "W1S 4BS",
    country: "GB",
  },
  paymentMethod: "pm_ok",
};
const total = 2_999;

/** One valid example of every event; they are all of the same order. */
export const orderEventExamples: {
  readonly [Type in OrderEvent["type"]]: Extract<OrderEvent, { type: Type }>;
} = {
  OrderPlaced: { type: "OrderPlaced", data: { ...placement, total } },
  OrderConfirmed: { type: "OrderConfirmed", data: { orderId } },
  OrderConfirmationWithdrawn: { type: "OrderConfirmationWithdrawn", data: { orderId } },
  OrderCancellationStarted: {
    type: "OrderCancellationStarted",
    data: { orderId, reason, by: "customer" },
  },
  OrderCancellationRejected: {
    type: "OrderCancellationRejected",
    data: { orderId, reason: "order-already-shipped" },
  },
  OrderCancelled: { type: "OrderCancelled", data: { orderId, reason } },
  OrderShipped: { type: "OrderShipped", data: { orderId } },
  OrderDelivered: { type: "OrderDelivered", data: { orderId } },
};

/** One valid example of every command, to the same order. */
export const orderCommandExamples: {
  readonly [Type in OrderCommand["type"]]: Extract<OrderCommand, { type: Type }>;
} = {
  PlaceOrder: { type: "PlaceOrder", data: placement },
  RequestCancellation: {
    type: "RequestCancellation",
    data: { orderId, reason, shipmentDispatched: false },
  },
  ConfirmOrder: { type: "ConfirmOrder", data: { orderId } },
  WithdrawConfirmation: { type: "WithdrawConfirmation", data: { orderId } },
  StartCancellation: { type: "StartCancellation", data: { orderId, reason: "card-declined" } },
  RejectCancellation: {
    type: "RejectCancellation",
    data: { orderId, reason: "order-already-shipped" },
  },
  CompleteCancellation: { type: "CompleteCancellation", data: { orderId } },
  MarkShipped: { type: "MarkShipped", data: { orderId } },
  MarkDelivered: { type: "MarkDelivered", data: { orderId } },
};

const at = "2026-01-01T12:00:00.000Z";
const acting = { orderId, actor: "ada", reason: "the provider is back", at };
const fulfilment = {
  ...placement,
  lines: [{ sku: "SKU1", quantity: 2 }, { sku: "SKU2", quantity: 1 }],
  total,
};
const plan = {
  groups: [[{ step: "charge-payment", kind: "compensatable" as const, undo: "refund-payment" }]],
  first: ["start-cancellation"],
  last: ["complete-cancellation"],
  later: [],
};

/** One valid example of every event of its fulfilment. */
export const fulfilmentEventExamples: {
  readonly [Type in FulfilmentEvent["type"]]: Extract<FulfilmentEvent, { type: Type }>;
} = {
  FulfilmentStarted: { type: "FulfilmentStarted", data: fulfilment },
  DispatchHeard: { type: "DispatchHeard", data: { orderId } },
  DeliveryHeard: { type: "DeliveryHeard", data: { orderId } },
  SagaStarted: { type: "SagaStarted", data: { orderId, version: 1, at, start: fulfilment, plan } },
  StepDone: {
    type: "StepDone",
    data: { orderId, step: "refund-payment", at, compensates: "charge-payment" },
  },
  StepRefused: {
    type: "StepRefused",
    data: { orderId, step: "charge-payment", at, reason: "card-declined" },
  },
  StepStuck: {
    type: "StepStuck",
    data: { orderId, step: "refund-payment", at, reason: "payment-unknown: there is none" },
  },
  StepTimedOut: { type: "StepTimedOut", data: { orderId, step: "charge-payment", at } },
  SagaEnded: { type: "SagaEnded", data: { orderId, at } },
  SagaTimedOut: { type: "SagaTimedOut", data: { orderId, reason: "timed-out", at } },
  CancellationHeard: { type: "CancellationHeard", data: { orderId, reason, at } },
  CancellationRefused: { type: "CancellationRefused", data: { orderId, reason, at } },
  EventHeard: { type: "EventHeard", data: { orderId, name: "dispatched", at } },
  AnswerHeard: {
    type: "AnswerHeard",
    data: { orderId, step: "charge-payment", at, type: "PaymentCharged", outcome: "done" },
  },
  StepRetried: { type: "StepRetried", data: { ...acting, step: "refund-payment", round: 2 } },
  StepResumed: { type: "StepResumed", data: { ...acting, step: "refund-payment" } },
  StepSkipped: {
    type: "StepSkipped",
    data: { ...acting, step: "refund-payment", compensates: "charge-payment" },
  },
  CompensationOrdered: { type: "CompensationOrdered", data: acting },
  SagaMigrated: { type: "SagaMigrated", data: { orderId, version: 2, at, plan } },
};
