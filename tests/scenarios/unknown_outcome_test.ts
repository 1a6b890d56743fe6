import assert from "node:assert/strict";
import { acts, DeadlineExceeded, eventLog, silentLog } from "@headwater/core";
import { routes } from "@headwater/http";
import { databasesOn, type Host, type ServiceDefinition, startHost } from "@headwater/host";
import { startThrowAwayPostgres } from "@headwater/postgres";
import { sagasActs } from "@headwater/sagas";
import { eventually } from "@headwater/testing";
import { shop } from "@shop/app";
import { waitUntilAtRest } from "@shop/demo";
import { checkInvariants, ShopClient } from "@shop/judge";
import { paymentIdOf } from "@shop/payment/contract";

const logger = silentLog;

/** Who was asked or told what, in this sequence, by order. */
type Heard = { readonly orderId: string; readonly what: string };

Deno.test("where the provider has charged and no answer came, the saga asks, and goes on or pays back: nothing twice, nothing kept", async (test) => {
  await using server = await startThrowAwayPostgres();
  await using log = eventLog.memoryLog();
  const dying = new Set<string>();
  const heard: Heard[] = [];
  const services = shop.services.map((service) =>
    service.name === "payment" ? forgetful(service, { dying, heard }) : service
  );
  await using host = await startHost({ ...shop, services }, {
    log,
    database: databasesOn(server.url, { prefix: "unknown", services, logger }),
    logger,
  });
  const client = new ShopClient({ shop: host.gateway });
  await client.receive("SKU1", { quantity: 10 });

  const typesOf = (category: string, orderId: string) =>
    log.recorded.filter(({ stream }) => stream === `${category}-${orderId}`)
      .map(({ type }) => type);
  const told = (orderId: string, what: string) =>
    heard.filter((each) => each.orderId === orderId && each.what === what).length;
  /** The provider has the money, and the service of payments died before it had noted that; more than once. */
  async function chargedUnnoticed(orderId: string, paymentMethod: string): Promise<void> {
    dying.add(orderId);
    await client.place({ orderId, paymentMethod });
    await eventually("the provider to charge", () => providerHas(host, orderId));
    await eventually(
      "the question and the second try",
      () => told(orderId, "asked") > 0 && told(orderId, "charge") > 1,
    );
    assert.ok(!typesOf("payment", orderId).includes("PaymentCharged"));
  }
  async function endsWell(): Promise<void> {
    const shown = { log, databases: host.databases, client };
    await waitUntilAtRest(shown);
    const verdicts = await checkInvariants({ ...shown, acknowledged: client.acknowledged });
    assert.deepEqual(verdicts.filter(({ holds }) => !holds), []);
  }

  for (const paymentMethod of ["pm_ok", "pm_timeout"]) {
    await test.step(`what was charged with ${paymentMethod} is found, and the order goes on`, async () => {
      const orderId = `on-${paymentMethod}`;
      await chargedUnnoticed(orderId, paymentMethod);
      dying.clear();
      await eventually(
        "its confirmation",
        () => typesOf("order", orderId).includes("OrderConfirmed"),
      );
      await endsWell();
      const charged = typesOf("payment", orderId).filter((type) => type === "PaymentCharged");
      assert.equal(charged.length, 1);
      assert.deepEqual(await providerHas(host, orderId), { charged: true, refunded: false });
    });

    await test.step(`what was charged with ${paymentMethod} is paid back where an operator has it compensated meanwhile`, async () => {
      const orderId = `back-${paymentMethod}`;
      await chargedUnnoticed(orderId, paymentMethod);
      // Its reminder has the same id
      const which = [orderId, "--process", "fulfilment"];
      const words = ["compensate", ...which, "--reason", "the customer has called"];
      let said = "";
      const code = await acts.operatorsCommand(sagasActs, words, {
        context: { databases: host.databases },
        print: (text) => said += text,
        isTerminal: false,
      });
      assert.equal(code, 0, said);
      assert.ok(typesOf("fulfilment", orderId).includes("CompensationOrdered"));
      dying.clear();
      await eventually(
        "its cancellation",
        () => typesOf("order", orderId).includes("OrderCancelled"),
      );
      await endsWell();
      assert.deepEqual(
        typesOf("payment", orderId).filter((type) => /Charged|Refunded/.test(type)),
        ["PaymentCharged", "PaymentRefunded"],
      );
      assert.deepEqual(await providerHas(host, orderId), { charged: true, refunded: true });
    });
  }
});

/** What the provider's book says of an order: one charge at most, by its key. */
async function providerHas(
  { databases }: Host,
  orderId: string,
): Promise<{ readonly charged: boolean; readonly refunded: boolean } | undefined> {
  const { sql } = databases.find(({ service }) => service === "payment")!;
  const [row] = await sql<{ charged: boolean; refunded: boolean }[]>`
    select charged, refunded from simulated_provider where payment_id = ${paymentIdOf(orderId)}`;
  return row && { charged: row.charged, refunded: row.refunded };
}

/** A payment that dies, for some orders, each time when it would note that they were charged. */
function forgetful(
  service: ServiceDefinition,
  { dying, heard }: { readonly dying: ReadonlySet<string>; readonly heard: Heard[] },
): ServiceDefinition {
  const asked = routes();
  asked.use("/api/payments/order/:id", async (c, next) => {
    heard.push({ orderId: c.req.param("id"), what: "asked" });
    await next();
  });
  return {
    ...service,
    commands(dependencies) {
      return service.commands({
        ...dependencies,
        repository(aggregate) {
          const found = dependencies.repository(aggregate);
          return {
            load: (id) => found.load(id),
            recall: (id) => found.recall(id),
            handle(command, context, options) {
              const { orderId = "" } = command.data as { readonly orderId?: string };
              if (command.type === "ChargePayment") heard.push({ orderId, what: "charge" });
              return command.type === "RecordCharge" && dying.has(orderId)
                ? Promise.reject(new DeadlineExceeded("Cannot note it: the process has died"))
                : found.handle(command, context, options);
            },
          };
        },
      });
    },
    routes: asked.route("/", service.routes!),
  };
}
