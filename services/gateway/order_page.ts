import { type Page, page } from "@headwater/gateway";

/** An order with what became of it elsewhere; without the order itself there is no page. */
export const orderPage: Page = page({
  path: "/api/orders/:id",
  roles: ["customer", "operator"],
  operation: "getOrder",
  summary: "An order with its payment, reservations and shipment",
  parts: [
    { name: "order", from: { service: "order", path: "/orders/:id" }, required: true },
    { name: "payment", from: { service: "payment", path: "/api/payments/order/:id" } },
    {
      name: "reservations",
      from: { service: "inventory", path: "/api/inventory/reservations/order/:id" },
      empty: [],
    },
    { name: "shipment", from: { service: "shipping", path: "/api/shipments/order/:id" } },
  ],
});
