import assert from "node:assert/strict";
import { join } from "node:path";
import { acts, type EventLog, silentLog } from "@headwater/core";
import { startEventStore } from "@headwater/event-store";
import { databasesOn, type Host, openLog, startHost } from "@headwater/host";
import { startThrowAwayPostgres } from "@headwater/postgres";
import { projectionsActs } from "@headwater/projections";
import { sagasActs } from "@headwater/sagas";
import { eventually } from "@headwater/testing";
import { shop as application } from "@shop/app";
import { waitUntilAtRest } from "@shop/demo";
import { type Acknowledged, checkInvariants, ShopClient } from "@shop/judge";

const logger = silentLog;
const views = application.services.flatMap((service) => service.views.map(({ name }) => name));

type OpenShop = AsyncDisposable & {
  readonly log: EventLog;
  readonly databases: Host["databases"];
  readonly client: ShopClient;
};

/** Where a shop has its data: a log's file, reached in this process or behind a server, and a PostgreSQL. */
type Place = { readonly directory: string; readonly postgresUrl: string; readonly prefix: string };

/** Opens the log in a folder, as a file or over a server that is started for it. */
type OpenLog = (
  directory: string,
) => Promise<Awaited<ReturnType<typeof openLog>> & AsyncDisposable>;

async function fileLog(directory: string) {
  const opened = await openLog({ eventStoreUrl: undefined, directory, logger });
  return { ...opened, [Symbol.asyncDispose]: () => opened.log[Symbol.asyncDispose]() };
}

async function serverLog(directory: string) {
  const server = await startEventStore({ path: fileIn(directory) });
  const opened = await openLog({ eventStoreUrl: server.connectionString, directory, logger });
  return {
    ...opened,
    async [Symbol.asyncDispose]() {
      await opened.log[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function fileIn(directory: string): string {
  return join(directory, "events.sqlite");
}

async function openShop(
  { directory, postgresUrl, prefix }: Place,
  open: OpenLog,
): Promise<OpenShop> {
  await using opening = new AsyncDisposableStack();
  const { log, checks } = opening.use(await open(directory));
  const { gateway, databases } = opening.use(
    await startHost(application, {
      log,
      checks,
      healthEveryMs: 100,
      database: databasesOn(postgresUrl, { prefix, logger }),
      logger,
    }),
  );
  const opened = opening.move();
  return {
    log,
    databases,
    client: new ShopClient({ shop: gateway }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Places so many orders, all of which come to their end; what was acknowledged. */
async function sell(
  place: Place,
  { open, orders }: { readonly open: OpenLog; readonly orders: number },
): Promise<readonly Acknowledged[]> {
  await using shop = await openShop(place, open);
  const { client } = shop;
  await client.receive("SKU1", { quantity: orders });
  await placeOrders(client, orders);
  await waitUntilAtRest({ ...shop, client });
  return client.acknowledged;
}

async function placeOrders(client: ShopClient, orders: number): Promise<void> {
  for (let order = 0; order < orders; order++) {
    const { status } = await client.place();
    assert.equal(status, 202);
  }
}

async function operate(
  { databases, log }: OpenShop,
  engine: "projections" | "sagas",
  ...words: string[]
): Promise<string> {
  let said = "";
  const options = {
    context: { databases, head: () => log.head() },
    print: (text: string) => said += text,
    isTerminal: false,
  };
  const code = engine === "sagas"
    ? await acts.operatorsCommand(sagasActs, words, options)
    : await acts.operatorsCommand(projectionsActs, words, options);
  assert.equal(code, 0, said);
  return said;
}

/** Every reader stands still and says so wherever it can be asked, while orders are taken. */
async function assertStandsStill(shop: OpenShop, why: RegExp): Promise<void> {
  const { client } = shop;
  await eventually("everything to stand still", async () => {
    const statuses = JSON.parse(await operate(shop, "projections", "status", "--json"));
    const [saga] = JSON.parse(await operate(shop, "sagas", "list", "--json"));
    return saga?.state === "stopped" && why.test(saga.cause) &&
      statuses.every(({ state, needsRebuild, cause }: Record<string, unknown>) =>
        state === "other-log" && needsRebuild && why.test(String(cause))
      );
  });
  const { status, body } = await client.query("/api/orders?limit=1");
  assert.deepEqual([status, body.code], [503, "read-model-outdated"]);
  const stopped = [
    ...views.map((name) => `projection:${name}`),
    ...["fulfilment", "paymentReminder"].map((name) => `process:${name}`),
  ];
  const health = await eventually("the health to say it of all", async () => {
    const asked = await client.send("/health/ready");
    const said = JSON.stringify(asked.body);
    return stopped.every((name) => said.includes(`${name}: Cannot go on`)) && asked;
  });
  // Orders can be taken
  assert.deepEqual([health.status, health.body.status], [200, "warn"]);
}

/** Rebuilt and told to hear it, everything is as the log that there is says. */
async function heal(shop: OpenShop, acknowledged: readonly Acknowledged[]): Promise<void> {
  for (const name of views) await operate(shop, "projections", "rebuild", name);
  await operate(shop, "sagas", "rehear");
  await eventually("the saga to go on", async () => {
    const list = JSON.parse(await operate(shop, "sagas", "list", "--json"));
    return !list.some(({ state }: { state: string }) => state === "stopped");
  });
  await waitUntilAtRest(shop);
  const verdicts = await checkInvariants({ ...shop, acknowledged });
  assert.deepEqual(verdicts.filter(({ holds }) => !holds), []);
  assert.equal(verdicts.length, 7);
  const orders = await shop.client.all("/api/orders");
  const placed = acknowledged.filter(({ event }) => event === "OrderPlaced");
  assert.equal(orders.length, placed.length);
  assert.ok(orders.every(({ status }) => status === "confirmed"));
}

async function headIn(directory: string, open: OpenLog): Promise<number> {
  await using opened = await open(directory);
  return await opened.log.head() ?? 0;
}

for (const [where, open] of [["in a file", fileLog], ["behind a URL", serverLog]] as const) {
  Deno.test({
    name:
      `a log ${where} of which an older copy is put back stops all its readers, until they are told`,
    // The gRPC client leaves a timer of up to a second behind for a connection that it has given up.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () =>
      withPlaces(async ([place]) => {
        const before = await sell(place, { open, orders: 2 });
        const file = fileIn(place.directory);
        await Deno.copyFile(file, `${file}.copy`);
        const copied = await headIn(place.directory, open);
        await sell(place, { open, orders: 4 });
        const head = await headIn(place.directory, open);
        await Deno.rename(`${file}.copy`, file);

        const acknowledged = [...before];
        {
          await using shop = await openShop(place, open);
          await assertStandsStill(shop, /was read there, this event log has no event there/);
          await shop.client.receive("SKU1", { quantity: head });
          await placeOrders(shop.client, 3);
          const left = head + 1 - (await shop.log.head() ?? 0);
          for (let time = 0; time < left; time++) {
            await shop.client.receive("SKU2", { quantity: 1 });
          }
          assert.ok((await shop.log.head() ?? 0) > head && head > copied);
          await assertStandsStill(shop, /was read there, this event log has event ".*" there/);
          acknowledged.push(...shop.client.acknowledged);
        }
        await using shop = await openShop(place, open);
        await assertStandsStill(shop, /was read there, this event log has event ".*" there/);
        await heal(shop, acknowledged);
      }),
  });

  Deno.test({
    name:
      `another, longer log ${where} under the same read models stops all readers, until they are told`,
    // As above.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () =>
      withPlaces(async ([place, elsewhere]) => {
        await sell(place, { open, orders: 1 });
        const acknowledged = await sell(elsewhere, { open, orders: 3 });
        await Deno.copyFile(fileIn(elsewhere.directory), fileIn(place.directory));
        for (let start = 0; start < 2; start++) {
          await using shop = await openShop(place, open);
          await assertStandsStill(shop, /was read up to there, this is event log/);
          if (start === 0) continue;
          await heal(shop, acknowledged);
        }
      }),
  });
}

/** Two, on one PostgreSQL. */
async function withPlaces(work: (places: [Place, Place]) => Promise<void>): Promise<void> {
  await using places = new AsyncDisposableStack();
  const { url: postgresUrl } = places.use(await startThrowAwayPostgres());
  async function place(prefix: string): Promise<Place> {
    const directory = await Deno.makeTempDir({ prefix: "headwater-other-log-" });
    places.defer(() => Deno.remove(directory, { recursive: true }));
    return { directory, postgresUrl, prefix };
  }
  await work([await place("here"), await place("there")]);
}
