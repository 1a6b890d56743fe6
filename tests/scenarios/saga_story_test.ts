import assert from "node:assert/strict";
import {
  acts,
  eventLog,
  Refusal,
  type ServiceClient,
  silentLog,
  Unavailable,
} from "@headwater/core";
import { databasesOn, type ServiceDefinition, startHost } from "@headwater/host";
import { startThrowAwayPostgres } from "@headwater/postgres";
import { sagasActs } from "@headwater/sagas";
import { eventually } from "@headwater/testing";
import { shop } from "@shop/app";
import { ShopClient } from "@shop/judge";

const logger = silentLog;

Deno.test("operators see what each order waits for, and its story: undone, refused for good, or with a service that is away", async (test) => {
  await using server = await startThrowAwayPostgres();
  await using log = eventLog.memoryLog();
  const away = new Set(["away"]);
  const services = shop.services.map((service) =>
    service.name === "payment" ? choosy(service, away) : service
  );
  const inside = Promise.withResolvers<ServiceClient>();
  await using host = await startHost({
    ...shop,
    services,
    // An operator is patient, on whatever machine this is
    resilience: {
      targets: { order: { totalMs: 30_000, tryMs: 30_000, breaker: { minimumCalls: 2 } } },
    },
    createGateway(dependencies) {
      inside.resolve(dependencies.client);
      return shop.createGateway(dependencies);
    },
  }, {
    log,
    database: databasesOn(server.url, { prefix: "story", services, logger }),
    healthEveryMs: 100,
    logger,
  });
  const client = new ShopClient({ shop: host.gateway });

  async function operate(...words: string[]): Promise<{ code: number; said: string }> {
    let said = "";
    const code = await acts.operatorsCommand(sagasActs, words, {
      context: { databases: host.databases, reads: log },
      print: (text) => said += text,
      isTerminal: false,
    });
    return { code, said };
  }
  // deno-lint-ignore no-explicit-any -- what an act tells
  async function asJson(...words: string[]): Promise<any> {
    const { code, said } = await operate(...words, "--json");
    assert.equal(code, 0, said);
    return JSON.parse(said);
  }
  const idsOf = async (...words: string[]): Promise<string[]> =>
    (await asJson("list", ...words)).map(({ id }: { id: string }) => id).toSorted();
  const eventTypes = (orderId: string) =>
    log.recorded.filter(({ stream }) => stream === `order-${orderId}`).map(({ type }) => type);

  await client.receive("SKU1", { quantity: 10 });
  const undeliverable = {
    ...{ name: "Ada", line1: "12 Row", city: "London", postalCode: "00000", country: "GB" },
  };
  await client.place({ orderId: "undone", customerId: "ada", shippingAddress: undeliverable });
  await client.place({ orderId: "away", customerId: "bert" });
  await client.place({
    ...{ orderId: "refused", customerId: "carl", shippingAddress: undeliverable },
  });

  await test.step("an order that was undone", async () => {
    // Before it was heard of it is unknown
    await eventually("its cancellation", () => eventTypes("undone").includes("OrderCancelled"));
    await eventually("its end", async () => (await asJson("show", "undone")).state === "finished");
    const shown = await asJson("show", "undone");
    // deno-lint-ignore no-explicit-any -- as above
    const chapters: any[] = shown.chapters;
    assert.deepEqual(
      chapters.map(({ heard, sends }) => [
        `${heard.type} ${heard.answers}`,
        // deno-lint-ignore no-explicit-any -- as above
        sends.map(({ step, target, command }: any) => `${step} ${target} ${command}`).join(),
      ]),
      [
        ["OrderPlaced null", "reserve-stock:SKU1 inventory ReserveStock"],
        ["StockReserved reserve-stock:SKU1", "charge-payment payment ChargePayment"],
        ["PaymentCharged charge-payment", "confirm-order order ConfirmOrder"],
        ["OrderConfirmed confirm-order", "arrange-shipment shipping ArrangeShipment"],
        ["ShipmentRefused arrange-shipment", "start-cancellation order StartCancellation"],
        [
          "OrderCancellationStarted start-cancellation",
          "withdraw-confirmation order WithdrawConfirmation",
        ],
        [
          "OrderConfirmationWithdrawn withdraw-confirmation",
          "refund-payment payment RefundPayment",
        ],
        ["PaymentRefunded refund-payment", "release-stock:SKU1 inventory ReleaseStock"],
        ["StockReleased release-stock:SKU1", "complete-cancellation order CompleteCancellation"],
        [
          "OrderCancelled complete-cancellation",
          "notify:order-cancelled notification NotifyCustomer",
        ],
        ["NotificationSent notify:order-cancelled", ""],
      ],
    );
    assert.deepEqual(chapters.map(({ isCompensating }) => isCompensating), [
      ...Array(4).fill(false),
      ...Array(7).fill(true),
    ]);
    assert.deepEqual([shown.next, shown.later, shown.waits, shown.broken], [[], [], null, null]);
    assert.deepEqual(shown.keys, ["undone", "ada"]);
    const { said } = await operate("show", "undone");
    assert.match(
      said,
      /hears ShipmentRefused \(shipment-\S+ \d+\), the answer to arrange-shipment\n/,
    );
    assert.match(said, /notes {2}StepDone refund-payment, which undoes charge-payment\n/);
    assert.match(said, /is finished\nNothing is to be done any more\n$/);
    await eventually("its record to go", async () => (await idsOf("--key", "ada")).length === 0);
  });

  await test.step("an order whose money is not given back", async () => {
    await eventually("its being stuck", async () => (await idsOf("--state", "stuck")).length === 1);
    const [listed] = await asJson("list", "--state", "stuck");
    const { id, definition, state, step, cause } = listed;
    assert.deepEqual([id, definition, state, step], [
      ...["refused", "fulfilment@1", "stuck", "refund-payment"],
    ]);
    assert.equal(cause, "card-unknown: Cannot pay it back: the card is unknown");
    const { said } = await operate("show", "refused");
    assert.match(said, /^fulfilment@1 refused {2}stuck {2}carl {2}since /);
    assert.match(said, /notes {2}StepRefused arrange-shipment: /);
    assert.match(said, /notes {2}StepStuck refund-payment: card-unknown: /);
    const gateway = await inside.promise;
    await eventually("the health to say so", async () => {
      const ready = await gateway.call("order", new Request("http://order/health/ready"));
      return /Stuck: \\"refused\\" at refund-payment: card-unknown: /.test(await ready.text());
    });
  });

  await test.step("an order whose service is away", async () => {
    const listed = await eventually("its being sent again", async () => {
      const [first] = await asJson("list", "--key", "bert");
      return first?.sent >= 2 && first;
    });
    assert.deepEqual([listed.id, listed.state, listed.step], ["away", "waiting", "charge-payment"]);
    assert.match(listed.cause, /the provider is away/);
    assert.ok(listed.since >= listed.startedAt && listed.answeredAt >= listed.since);
    assert.deepEqual(await idsOf("--step", "charge-payment"), ["away"]);
    assert.deepEqual(await idsOf("--step", "charge-payment", "--state", "waiting"), ["away"]);
    assert.deepEqual(await idsOf("--older", "1h"), []);
    assert.deepEqual(await idsOf("--older", "0s", "--key", "away"), ["away"]);
    const { said } = await operate("list", "--key", "bert");
    assert.match(
      said,
      /^waiting {2}fulfilment@1 away {2}charge-payment \(payment ChargePayment\) for .*, sent \d+ times {2}since .*the provider is away\n$/,
    );
  });

  await test.step("the same over HTTP", async () => {
    const gateway = await inside.promise;
    const ask = (path: string) => gateway.call("order", new Request(`http://order${path}`));
    const shown = await ask("/ops/sagas/show?id=undone");
    assert.equal(shown.status, 200);
    assert.deepEqual(await shown.json(), await asJson("show", "undone"));
    const listed = await ask("/ops/sagas?state=stuck");
    assert.deepEqual((await listed.json()).map(({ id }: { id: string }) => id), ["refused"]);
    const answers = ["show?id=nobody", "show", "?older=10", "?state=lost", "?colour=red"]
      .map((path) => ask(`/ops/sagas${path.startsWith("?") ? path : `/${path}`}`));
    const told = await Promise.all(answers.map(async (answering) => {
      const answer = await answering;
      return `${answer.status} ${(await answer.json()).code}`;
    }));
    assert.deepEqual(told, ["404 saga-unknown", ...Array(4).fill("400 bad-input")]);
  });

  await test.step("what is stuck is freed over HTTP, what is not is refused", async () => {
    const gateway = await inside.promise;
    async function act(name: string, given: Readonly<Record<string, unknown>>) {
      const answer = await gateway.call(
        "order",
        new Request(`http://order/ops/sagas/${name}`, {
          ...{ method: "POST", headers: { "Content-Type": "application/json" } },
          body: JSON.stringify(given),
        }),
      );
      return { status: answer.status, body: await answer.json() };
    }
    const early = await act("retry", { id: "away" });
    assert.deepEqual([early.status, early.body.code], [409, "saga-not-in-state"]);
    assert.match(early.body.detail, /^Cannot retry "away": it is .*, this needs /);
    const unknown = await act("retry", { id: "nobody" });
    assert.deepEqual([unknown.status, unknown.body.code], [404, "saga-unknown"]);
    const skip = { state: "stuck", step: "refund-payment", reason: "paid back by hand" };
    assert.equal((await act("skip", { id: "refused", step: "refund-payment" })).status, 400);
    const dry = await act("skip", { ...skip, dryRun: true });
    assert.deepEqual(
      dry.body.acts.map(({ id, would }: { id: string; would: unknown }) => [id, would]),
      [
        ["refused", { notes: ["StepSkipped"] }],
      ],
    );
    const done = await act("skip", skip);
    assert.deepEqual([done.status, done.body.isDone], [200, true]);
    await eventually("its end", async () => (await asJson("show", "refused")).state === "finished");
    const { said } = await operate("show", "refused");
    assert.match(said, /notes {2}StepSkipped refund-payment, .*: paid back by hand\n/);
  });

  await test.step("what is not known, or not allowed, is refused with what is", async () => {
    assert.deepEqual(await operate("show", "nobody"), {
      code: 2,
      said:
        'Cannot show "nobody": no process has such an instance (there are fulfilment, paymentReminder), "sagas list" shows those that are unfinished\n',
    });
    assert.deepEqual(await operate("show", "away", "--process", "errand"), {
      code: 2,
      said: 'Cannot show "away" of "errand": known are fulfilment, paymentReminder\n',
    });
    const [act] = sagasActs.filter(({ name }) => name === "show");
    const blind = {
      databases: host.databases,
      signal: new AbortController().signal,
      progress() {},
    };
    await assert.rejects(
      act!.run({ id: "away" }, blind),
      /^Error: Cannot show "away": the log cannot be read from here, ask the service itself: GET \/ops\/sagas\/show\?id=away$/,
    );
    const lost = await operate("list", "--state", "lost");
    assert.equal(lost.code, 2);
    assert.match(lost.said, /--state: .*"running"\|"compensating"\|"stuck"\|"waiting"\n/);
    const older = await operate("list", "--older", "10");
    assert.match(
      older.said,
      /--older: Must be a whole number and s, m, h or d: 90s, 10m, 2h, 1d\n/,
    );
  });

  await test.step("and nothing of it once it goes on", async () => {
    away.clear();
    await eventually("its end", async () => (await idsOf("--key", "bert")).length === 0);
    assert.equal((await asJson("show", "away")).state, "finished");
  });
});

/** A payment that is away for some orders, and cannot pay back what the order "refused" has cost. */
function choosy(service: ServiceDefinition, away: ReadonlySet<string>): ServiceDefinition {
  return {
    ...service,
    commands(dependencies) {
      const handlers = Object.entries(service.commands(dependencies));
      return Object.fromEntries(handlers.map(([type, handler]) => [type, {
        ...handler,
        handle(...[data, ...rest]: Parameters<typeof handler.handle>) {
          const orderId = JSON.stringify(data).match(/"orderId":"(\w+)"/)?.[1] ?? "";
          if (away.has(orderId)) return Promise.reject(new Unavailable("the provider is away"));
          if (orderId !== "refused" || type !== "RefundPayment") {
            return handler.handle(data, ...rest);
          }
          return Promise.reject(
            new Refusal("card-unknown", "Cannot pay it back: the card is unknown"),
          );
        },
      }]));
    },
  };
}
