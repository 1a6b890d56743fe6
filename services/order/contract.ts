import { z } from "zod";
import { type CommandOf, defineEvents, type EventOf, field, versioned } from "@headwater/core";
import { sagaEvents } from "@headwater/sagas";
import { quantitySchema, skuSchema } from "@shop/inventory/contract";

/** What an order may be, from its placement on. */
export const orderStatuses = [
  "placed",
  "confirmed",
  "shipped",
  "delivered",
  "cancelling",
  "cancelled",
] as const;
export type OrderStatus = (typeof orderStatuses)[number];

export const orderLine = z.strictObject({
  sku: skuSchema,
  quantity: quantitySchema,
  /** In minor units of the order's currency. */
  unitPrice: field.amount,
});

export const shippingAddress = z.strictObject({
  name: field.text(200),
  line1: field.text(200),
  city: field.text(100),
  postalCode: field.text(20),
  country: field.text(60),
});

const reason = field.text(500);

const placement = {
  orderId: field.id,
  customerId: field.id,
  currency: field.currencyCode,
  lines: z.array(orderLine).min(1).max(100),
  shippingAddress,
  paymentMethod: field.text(100),
};

export const orderEvents = defineEvents("order", {
  OrderPlaced: z.object({ ...placement, total: field.amount }),
  /** Its payment has been pending for long: the customer is told. */
  OrderPaymentOverdue: z.object({ orderId: field.id, customerId: field.id }),
  OrderConfirmed: z.object({ orderId: field.id }),
  OrderConfirmationWithdrawn: z.object({ orderId: field.id }),
  OrderCancellationStarted: versioned(
    z.object({ orderId: field.id, reason, by: z.enum(["customer", "fulfilment"]) }),
    // Version 1 was written when only customers could cancel.
    (data: { orderId: string; reason: string }) => ({ ...data, by: "customer" }),
  ),
  /** The parcel had left before the cancellation reached it: the order stands. */
  OrderCancellationRejected: z.object({ orderId: field.id, reason }),
  OrderCancelled: z.object({ orderId: field.id, reason }),
  OrderShipped: z.object({ orderId: field.id }),
  OrderDelivered: z.object({ orderId: field.id }),
});
export type OrderEvent = EventOf<typeof orderEvents>;

/** Whose an order is: that of the customer who has placed it. */
export const orderOwner = {
  events: orderEvents,
  customerOf: (event: OrderEvent) =>
    event.type === "OrderPlaced" ? event.data.customerId : undefined,
};

const thisOrder = z.strictObject({ orderId: field.id });

export const orderCommands = {
  PlaceOrder: z.strictObject({ ...placement, currency: field.currency }),
  /** The customer's wish; `shipmentDispatched` is what the caller found in the shipment's stream. */
  RequestCancellation: z.strictObject({
    orderId: field.id,
    reason,
    shipmentDispatched: z.boolean(),
  }),
  RemindOfPayment: thisOrder,
  ConfirmOrder: thisOrder,
  WithdrawConfirmation: thisOrder,
  StartCancellation: z.strictObject({ orderId: field.id, reason }),
  RejectCancellation: z.strictObject({ orderId: field.id, reason }),
  CompleteCancellation: thisOrder,
  MarkShipped: thisOrder,
  MarkDelivered: thisOrder,
};
export type OrderCommand = CommandOf<typeof orderCommands>;

/** What is to be fulfilled. */
const fulfilment = z.object({
  ...placement,
  /** One per SKU, in the order's sequence. */
  lines: z.array(z.object({ sku: skuSchema, quantity: z.int().positive() })),
  total: field.amount,
});
export type Fulfilment = z.output<typeof fulfilment>;

const thisFulfilment = z.object({ orderId: field.id });

export const fulfilmentEvents = sagaEvents("fulfilment", {
  key: "orderId",
  start: fulfilment,
  formerly: {
    FulfilmentStarted: fulfilment,
    DispatchHeard: thisFulfilment,
    DeliveryHeard: thisFulfilment,
  },
});
export type FulfilmentEvent = EventOf<typeof fulfilmentEvents>;

export const paymentReminderEvents = sagaEvents("paymentReminder", {
  key: "orderId",
  start: z.object({ orderId: field.id }),
});
