import { field, Refusal } from "@headwater/core";
import {
  acceptCommand,
  commandAnswer,
  declare,
  describe,
  readJson,
  readParam,
  readsFrom,
  routes,
} from "@headwater/http";
import { skuSchema, stockItemCommands } from "./contract.ts";
import { stockItemCommandExamples } from "./examples.ts";
import { listReservations, reservationsAnswer, reservationView } from "./reservation_view.ts";
import { stockItem } from "./stock_item.ts";
import { findStockItem, stockItemAnswer, stockItemView } from "./stock_item_view.ts";

const { quantity } = stockItemCommandExamples.ReceiveStock.data;

const receipt = declare({
  roles: ["operator"],
  operation: "receiveStock",
  summary: "Puts pieces on the shelf",
  params: { sku: skuSchema },
  body: stockItemCommands.ReceiveStock.pick({ quantity: true }),
  answer: describe.commandAnswerSchema("sku"),
  example: { body: { quantity } },
});

const stockShown = declare({
  roles: ["public"],
  operation: "getStockItem",
  summary: "How many pieces there are",
  params: { sku: skuSchema },
  answer: stockItemAnswer,
  refusals: ["stock-item-unknown"],
  cache: { views: [stockItemView], key: "sku", freshMs: 60_000, staleMs: 0 },
});

const reserved = declare({
  roles: ["customer", "operator"],
  owner: { param: "id", of: "order" },
  operation: "listReservations",
  summary: "What is kept for an order",
  params: { id: field.id },
  answer: reservationsAnswer,
});

export const inventoryOperations = { receipt, stockShown, reserved };
export const inventoryRoutes = routes();

inventoryRoutes.post("/api/inventory/items/:sku/receive", receipt, async (c) => {
  const sku = readParam(c, "sku", receipt.params.sku);
  const { quantity } = await readJson(c, receipt.body);
  const context = await acceptCommand(c, { quantity });
  const handled = await c.env.repository(stockItem).handle(
    { type: "ReceiveStock", data: { sku, quantity } },
    context,
  );
  return commandAnswer(c, handled, { body: { sku, revision: handled.revision } });
});

inventoryRoutes.get(
  "/api/inventory/items/:sku",
  stockShown,
  readsFrom(stockItemView, { param: "sku" }),
  async (c) => {
    const sku = readParam(c, "sku", stockShown.params.sku);
    const found = await findStockItem(c.env.sql, sku);
    if (!found) throw new Refusal("stock-item-unknown", `Cannot find stock of "${sku}"`);
    return c.json(found);
  },
);

inventoryRoutes.get(
  "/api/inventory/reservations/order/:id",
  reserved,
  readsFrom(reservationView),
  async (c) => c.json(await listReservations(c.env.sql, readParam(c, "id", reserved.params.id))),
);
