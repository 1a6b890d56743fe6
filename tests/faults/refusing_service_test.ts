import assert from "node:assert/strict";
import { eventLog, silentLog, Unavailable } from "@headwater/core";
import {
  databasesOn,
  type ServiceDefinition,
  startHost,
  startThrowAwayPostgres,
} from "@headwater/host";
import { eventually, within } from "@headwater/testing";
import { shop } from "@shop/app";
import { ShopClient } from "@shop/judge";

/** What is promised: so long after a service is back everything is at rest. */
const restMs = 10_000;

Deno.test("in one process, a service that refuses is asked by few, holds up no other, and all is at rest soon after", async () => {
  await using postgres = await startThrowAwayPostgres();
  await using log = eventLog.memoryLog();
  const payment = refusing(shop.services.find(({ name }) => name === "payment")!);
  const services = shop.services.map((service) => service.name === "payment" ? payment : service);
  await using host = await startHost({ ...shop, services }, {
    log,
    database: databasesOn(postgres.url, { services, logger: silentLog }),
    logger: silentLog,
  });
  // Every answer counts: it has no patience
  const client = new ShopClient({ shop: host.gateway, patienceMs: 0 });
  const orders = Array.from({ length: 20 }, (_, index) => `order${index}`);
  await receive(client);
  for (const orderId of orders) {
    assert.equal((await client.place({ orderId })).status, 202);
  }
  await eventually("payment to refuse for a while", async () => {
    const after = await receive(client);
    assert.equal((await client.query("/api/inventory/items/SKU1", { after })).status, 200);
    return payment.refused() >= 12;
  });
  assert.ok(payment.refused() < 40, `it was asked ${payment.refused()} times`);

  payment.goOn();
  const confirmed = eventually("all orders to be confirmed", () => {
    const events = log.recorded.filter(({ type }) => type === "OrderConfirmed");
    return events.length === orders.length;
  });
  await within("all orders to be confirmed", confirmed, { ms: restMs });
});

/** The position of what was received. */
async function receive(client: ShopClient): Promise<number | undefined> {
  const { status, position } = await client.receive("SKU1", { quantity: 100 });
  assert.equal(status, 202);
  return position;
}

/** A service that refuses every command of others, until it is told to go on. */
function refusing(service: ServiceDefinition) {
  let refused = 0;
  let isAway = true;
  return {
    ...service,
    commands(dependencies: Parameters<ServiceDefinition["commands"]>[0]) {
      const handlers = Object.entries(service.commands(dependencies));
      return Object.fromEntries(handlers.map(([type, handler]) => [type, {
        ...handler,
        handle(...command: Parameters<typeof handler.handle>) {
          if (!isAway) return handler.handle(...command);
          refused++;
          return Promise.reject(new Unavailable("the provider is away"));
        },
      }]));
    },
    refused: () => refused,
    goOn() {
      isAway = false;
    },
  };
}
