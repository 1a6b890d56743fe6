import {
  AggregateStore,
  type CommandContext,
  handleCommand,
  idSchema,
  Refusal,
  skuSchema,
} from "@headwater/core";
import {
  commandAnswer,
  commandEndpoint,
  createServiceApp,
  idempotent,
  readJson,
  readParam,
  readsFrom,
  type ServiceApp,
  type ServiceDependencies,
} from "@headwater/http";
import { type StockItemCommand, stockItemCommands, stockItemEvents } from "./contract.ts";
import { listReservations, reservationView } from "./reservation_view.ts";
import { stockItem } from "./stock_item.ts";
import { findStockItem, stockItemView } from "./stock_item_view.ts";

const receipt = stockItemCommands.ReceiveStock.pick({ quantity: true });

export function inventoryRoutes(dependencies: ServiceDependencies): ServiceApp {
  const { log, sql, readModels, random } = dependencies;
  const app = createServiceApp("inventory", dependencies);
  const items = new AggregateStore({ log, decider: stockItem, events: stockItemEvents });
  const accept = idempotent({ log });

  function handle(command: StockItemCommand, context: CommandContext) {
    return handleCommand(items, { id: command.data.sku, command, context, random });
  }

  app.post("/items/:sku/receive", async (c) => {
    const sku = readParam(c, "sku", skuSchema);
    const { quantity } = await readJson(c, receipt);
    const context = await accept(c, { quantity });
    const handled = await handle({ type: "ReceiveStock", data: { sku, quantity } }, context);
    return commandAnswer(c, handled, { body: { sku, revision: handled.revision } });
  });

  app.get("/items/:sku", readsFrom(readModels, stockItemView), async (c) => {
    const sku = readParam(c, "sku", skuSchema);
    const found = await findStockItem(sql, sku);
    if (!found) throw new Refusal("stock-item-unknown", `Cannot find stock of "${sku}"`);
    return c.json(found);
  });

  app.get("/reservations/order/:id", readsFrom(readModels, reservationView), async (c) => {
    return c.json(await listReservations(sql, readParam(c, "id", idSchema)));
  });

  commandEndpoint(app, {
    ReserveStock: {
      schema: stockItemCommands.ReserveStock,
      handle: (data, context) => handle({ type: "ReserveStock", data }, context),
    },
    ReleaseStock: {
      schema: stockItemCommands.ReleaseStock,
      handle: (data, context) => handle({ type: "ReleaseStock", data }, context),
    },
    ShipStock: {
      schema: stockItemCommands.ShipStock,
      handle: (data, context) => handle({ type: "ShipStock", data }, context),
    },
  });
  return app;
}
