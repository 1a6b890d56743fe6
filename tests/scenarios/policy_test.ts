import { acts, eventLog, silentLog } from "@headwater/core";
import { application, databasesOn, service, startHost } from "@headwater/host";
import { startThrowAwayPostgres } from "@headwater/postgres";
import { participant, policy, sagasActs } from "@headwater/sagas";
import { eventually } from "@headwater/testing";
import { inventoryService } from "@shop/inventory";
import { stockItemCommands, stockItemEvents } from "@shop/inventory/contract";
import { orderService } from "@shop/order";
import { orderCommands, orderEvents } from "@shop/order/contract";
import { ShopClient } from "@shop/judge";
import { deepEqual, match, throws } from "node:assert/strict";

const inventory = participant("inventory", {
  commands: stockItemCommands,
  events: stockItemEvents,
});
const ordering = participant("order", { commands: orderCommands, events: orderEvents });

/** Inventory gets what was ordered, and keeps it at the counter for those who come for it. */
const madeToOrder = policy({
  name: "madeToOrder",
  of: inventory,
  when: ordering.event("OrderPlaced"),
  then({ data: { customerId, lines: [line] } }) {
    if (!line) return undefined;
    const { sku, quantity } = line;
    return customerId === "walk-in"
      ? { type: "ReserveStock", data: { sku, orderId: "counter", quantity } }
      : { type: "ReceiveStock", data: { sku, quantity } };
  },
});

const orders = service({ ...orderService, sagas: [] });

Deno.test("a service reacts to another's events by a command of its own, and is stuck where its own rules say no", async () => {
  const logger = silentLog;
  await using server = await startThrowAwayPostgres();
  const log = eventLog.memoryLog();
  const app = application({
    name: "making",
    services: [orders, service({ ...inventoryService, sagas: [madeToOrder] })],
    createGateway: ({ client }) => (request) => {
      const name = request.url.includes("/inventory/") ? "inventory" : "order";
      return client.call(name, request);
    },
  });
  const database = databasesOn(server.url, { prefix: "making", logger });
  await using host = await startHost(app, { log, database, logger });
  const client = new ShopClient({ shop: host.gateway });

  await client.place({ orderId: "one", customerId: "anna" });
  const has = (what: string, said: Record<string, number>) =>
    eventually(what, async () => {
      const { body } = await client.send("/api/inventory/items/SKU1");
      return Object.entries(said).every(([name, count]) => body[name] === count);
    });
  await has("what was made", { onHand: 1, reserved: 0 });
  const walkIn = { sku: "SKU1", unitPrice: 1_000 };
  await client.place({ customerId: "walk-in", lines: [{ ...walkIn, quantity: 1 }] });
  await has("what is kept", { onHand: 1, reserved: 1 });

  const lines = [{ ...walkIn, quantity: 2 }];
  await client.place({ orderId: "two", customerId: "walk-in", lines });
  const [listed] = await eventually("the order that cannot be kept", async () => {
    const all = await list();
    return all[0]?.state === "stuck" && all;
  });
  match(listed.cause, /^refused: reservation-exists: /);
  deepEqual([listed.id, listed.step.split(":")[0]], ["two", "ReserveStock"]);
  const taken = await Array.fromAsync(log.read("madeToOrder-one"));
  deepEqual(taken.flat().map(({ type }) => type), ["CommandOrdered", "CommandTaken"]);

  async function list() {
    let said = "";
    await acts.operatorsCommand(sagasActs, ["list", "--json"], {
      context: { databases: host.databases, reads: log },
      print: (text: string) => said += text,
      isTerminal: false,
    });
    return JSON.parse(said);
  }
});

Deno.test("a policy of another service is refused when the service is defined", () => {
  throws(
    () => service({ name: "order", sagas: [madeToOrder] }),
    /policy "madeToOrder" is of service "inventory"/,
  );
});
