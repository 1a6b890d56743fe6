import type { OrderCommand } from "@shop/order/contract";

/** A valid order of two SKUs. */
export const placement: Extract<OrderCommand, { type: "PlaceOrder" }>["data"] = {
  orderId: "order-1",
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
