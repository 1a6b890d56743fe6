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
  OrderPaymentOverdue: {
    type: "OrderPaymentOverdue",
    data: { orderId, customerId: placement.customerId },
  },
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
  RemindOfPayment: { type: "RemindOfPayment", data: { orderId } },
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

const fulfilment = {
  ...placement,
  lines: [{ sku: "SKU1", quantity: 2 }, { sku: "SKU2", quantity: 1 }],
  total,
};
/** Valid examples of what fulfilments wrote before they were a saga. */
export const fulfilmentEventExamples = {
  FulfilmentStarted: { type: "FulfilmentStarted", data: fulfilment },
  StepDone: {
    type: "StepDone",
    data: { orderId, step: "refund-payment", compensates: "charge-payment" },
  },
  StepRefused: {
    type: "StepRefused",
    data: { orderId, step: "charge-payment", reason: "card-declined" },
  },
  CancellationHeard: { type: "CancellationHeard", data: { orderId, reason } },
  DispatchHeard: { type: "DispatchHeard", data: { orderId } },
  DeliveryHeard: { type: "DeliveryHeard", data: { orderId } },
} satisfies {
  readonly [Type in FulfilmentEvent["type"]]?: Extract<FulfilmentEvent, { type: Type }>;
};
