import assert from "node:assert/strict";
import { acts, eventLog, silentLog } from "@headwater/core";
import { databasesOn, startHost } from "@headwater/host";
import { startThrowAwayPostgres } from "@headwater/postgres";
import { projectionsActs } from "@headwater/projections";
import { sagasActs } from "@headwater/sagas";
import { appendAtEnd, eventually } from "@headwater/testing";
import { shop as application } from "@shop/app";
import { ShopClient } from "@shop/judge";

const logger = silentLog;

Deno.test("an event that nobody can read parks its order everywhere, and every other order goes on", async () => {
  await using server = await startThrowAwayPostgres();
  const log = eventLog.memoryLog();
  const database = databasesOn(server.url, { prefix: "shop", logger });
  await using host = await startHost(application, { log, database, healthEveryMs: 100, logger });
  const client = new ShopClient({ shop: host.gateway });

  async function operate(
    engine: "projections" | "sagas",
    ...words: string[]
    // deno-lint-ignore no-explicit-any -- whatever an act tells
  ): Promise<any> {
    let said = "";
    const options = {
      context: { databases: host.databases, reads: log },
      print: (text: string) => said += text,
      isTerminal: false,
    };
    const code = engine === "sagas"
      ? await acts.operatorsCommand(sagasActs, [...words, "--json"], options)
      : await acts.operatorsCommand(projectionsActs, [...words, "--json"], options);
    assert.equal(code, 0, said);
    return JSON.parse(said);
  }
  const pageOf = (orderId: string) => client.send(`/api/orders/${orderId}`);
  async function isParked(path: string): Promise<boolean> {
    return (await client.send(path)).headers.get("X-Read-Model-Parked") === "true";
  }
  const reaches = (orderId: string, status: string) =>
    eventually(`order ${orderId} to be ${status}`, async () => {
      const { body } = await pageOf(orderId);
      return body.data?.order?.status === status && body.data;
    });

  await client.receive("SKU1", { quantity: 10 });
  for (const orderId of ["one", "two"]) await client.place({ orderId });
  for (const orderId of ["one", "two"]) await reaches(orderId, "confirmed");
  const unreadable = {
    id: crypto.randomUUID(),
    type: "OrderCancellationStarted",
    data: { orderId: "one" },
    metadata: {
      ...{ $correlationId: "c", $causationId: "c", commandId: "c", commandHash: "c" },
      schemaVersion: 2,
    },
  };
  await appendAtEnd(log, "order-one", [unreadable]);

  await eventually("the order to be parked", () => isParked("/api/orders/one"));
  await eventually("its tracking, too", () => isParked("/api/tracking/one"));
  await client.place({ orderId: "three" });
  const shipmentId: string = await eventually("its shipment", async () => {
    const { body } = await pageOf("three");
    return body.data?.shipment?.shipmentId;
  });
  await client.dispatch(shipmentId);
  await reaches("three", "shipped");
  for (const orderId of ["two", "three"]) {
    assert.equal(await isParked(`/api/orders/${orderId}`), false);
  }
  const { status, body } = await pageOf("one");
  assert.deepEqual([status, body.data.order.status], [200, "confirmed"]);

  const listed: { name: string; class: string; cause: string }[] = await eventually(
    "all to have it",
    async () => {
      const letters = await operate("projections", "letters", "list");
      return letters.length === 4 && letters;
    },
  );
  const names = listed.map(({ name }) => name).toSorted();
  assert.deepEqual(names, ["order-timelines", "order-tracking", "orders", "sales"]);
  assert.ok(listed.every((letter) => letter.class === "unreadable" && /reason/.test(letter.cause)));
  const sagas: { id: string; type: string; state: string }[] = await operate("sagas", "list");
  assert.deepEqual(
    sagas.filter(({ state }) => state === "stuck").map(({ id, type }) => `${type} ${id}`)
      .toSorted(),
    ["fulfilment one", "paymentReminder one"],
  );
  assert.equal((await operate("sagas", "list", "--key", "one")).length, 2);
  const story = await operate("sagas", "show", "one", "--process", "fulfilment");
  assert.deepEqual([story.state, story.next], ["stuck", []]);
  assert.match(story.waits.cause, /^Cannot take "OrderCancellationStarted": /);
  assert.deepEqual(story.chapters.at(-1).heard.type, "NotificationSent");
  await eventually("the health to say so", async () => {
    const health = JSON.stringify((await client.send("/health/ready")).body);
    return /has 1 parked key/.test(health) && /Waiting for an input/.test(health);
  });

  const reason = ["--reason", "written by hand"];
  await operate("projections", "letters", "drop", "one", "--view", "orders", ...reason);
  assert.equal(await isParked("/api/orders/one"), false);
  const [dropped] = await operate("projections", "letters", "list", "one", "--dropped");
  assert.deepEqual([dropped.name, dropped.reason], ["orders", "written by hand"]);
});
