import { z } from "zod";
import {
  amountSchema,
  type CommandOf,
  currencySchema,
  defineEvents,
  type EventOf,
  idSchema,
  textSchema,
  versioned,
} from "@headwater/core";
import { quantitySchema, skuSchema } from "@shop/inventory/contract";

export const orderLine = z.strictObject({
  sku: skuSchema,
  quantity: quantitySchema,
  /** In minor units of the order's currency. */
  unitPrice: amountSchema,
});

export const shippingAddress = z.strictObject({
  name: textSchema(200),
  line1: textSchema(200),
  city: textSchema(100),
  postalCode: textSchema(20),
  country: textSchema(60),
});

const reason = textSchema(500);

const placement = {
  orderId: idSchema,
  customerId: idSchema,
  currency: currencySchema,
  lines: z.array(orderLine).min(1).max(100),
  shippingAddress,
  paymentMethod: textSchema(100),
};

export const orderEvents = defineEvents("order", {
  OrderPlaced: z.object({ ...placement, total: amountSchema }),
  OrderConfirmed: z.object({ orderId: idSchema }),
  OrderConfirmationWithdrawn: z.object({ orderId: idSchema }),
  OrderCancellationStarted: versioned(
    z.object({ orderId: idSchema, reason, by: z.enum(["customer", "fulfilment"]) }),
    // Version 1 was written when only customers could cancel.
    (data: { orderId: string; reason: string }) => ({ ...data, by: "customer" }),
  ),
  /** The parcel had left before the cancellation reached it: the order stands. */
  OrderCancellationRejected: z.object({ orderId: idSchema, reason }),
  OrderCancelled: z.object({ orderId: idSchema, reason }),
  OrderShipped: z.object({ orderId: idSchema }),
  OrderDelivered: z.object({ orderId: idSchema }),
});
export type OrderEvent = EventOf<typeof orderEvents>;

const thisOrder = z.strictObject({ orderId: idSchema });

export const orderCommands = {
  PlaceOrder: z.strictObject(placement),
  /** The customer's wish; `shipmentDispatched` is what the caller found in the shipment's stream. */
  RequestCancellation: z.strictObject({
    orderId: idSchema,
    reason,
    shipmentDispatched: z.boolean(),
  }),
  ConfirmOrder: thisOrder,
  WithdrawConfirmation: thisOrder,
  StartCancellation: z.strictObject({ orderId: idSchema, reason }),
  RejectCancellation: z.strictObject({ orderId: idSchema, reason }),
  CompleteCancellation: thisOrder,
  MarkShipped: thisOrder,
  MarkDelivered: thisOrder,
};
export type OrderCommand = CommandOf<typeof orderCommands>;

const step = z.string();

export const fulfilmentEvents = defineEvents("fulfilment", {
  FulfilmentStarted: z.object({
    ...placement,
    /** One per SKU, in the order's sequence. */
    lines: z.array(z.object({ sku: skuSchema, quantity: z.int().positive() })),
    total: amountSchema,
  }),
  /** `compensates` names the step that this one undid. */
  StepDone: z.object({ orderId: idSchema, step, compensates: step.optional() }),
  StepRefused: z.object({ orderId: idSchema, step, reason }),
  CancellationHeard: z.object({ orderId: idSchema, reason }),
  DispatchHeard: z.object({ orderId: idSchema }),
  DeliveryHeard: z.object({ orderId: idSchema }),
});
export type FulfilmentEvent = EventOf<typeof fulfilmentEvents>;
