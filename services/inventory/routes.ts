import { field, Refusal } from "@headwater/core";
import {
  acceptCommand,
  commandAnswer,
  declare,
  readJson,
  readParam,
  readsFrom,
  routes,
} from "@headwater/http";
import { skuSchema, stockItemCommands } from "./contract.ts";
import { listReservations, reservationView } from "./reservation_view.ts";
import { stockItem } from "./stock_item.ts";
import { findStockItem, stockItemView } from "./stock_item_view.ts";

const receipt = declare({ body: stockItemCommands.ReceiveStock.pick({ quantity: true }) });

const stockShown = declare({
  cache: { views: [stockItemView], key: "sku", freshMs: 60_000, staleMs: 0 },
});

export const inventoryRoutes = routes();

inventoryRoutes.post("/api/inventory/items/:sku/receive", receipt, async (c) => {
  const sku = readParam(c, "sku", skuSchema);
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
    const sku = readParam(c, "sku", skuSchema);
    const found = await findStockItem(c.env.sql, sku);
    if (!found) throw new Refusal("stock-item-unknown", `Cannot find stock of "${sku}"`);
    return c.json(found);
  },
);

inventoryRoutes.get(
  "/api/inventory/reservations/order/:id",
  readsFrom(reservationView),
  async (c) => c.json(await listReservations(c.env.sql, readParam(c, "id", field.id))),
);
