import assert from "node:assert/strict";
import { silentLog } from "@headwater/core";
import { describeRunning, openLog } from "@headwater/host";
import { connect, startEmbeddedPostgres } from "@headwater/postgres";
import { listInstances } from "@headwater/sagas";
import { eventually, within } from "@headwater/testing";
import { shop as application } from "@shop/app";
import { ShopClient } from "@shop/judge";
import { root } from "../architecture/place.ts";
import { makeDataPlace } from "./data_place.ts";
import { startDev } from "./dev_process.ts";

const orders = Array.from({ length: 12 }, (_, index) => `open${index}`);

Deno.test({
  name:
    "after a kill with open orders a look changes nothing, and a rebuild nothing but its read model and the record of acts",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using place = await makeDataPlace();
    const { directory } = place;
    {
      await using dev = startDev(directory);
      const running = await dev.ready();
      await placeAndKill(directory, running);
    }
    await place.deserted();
    const before = await contentOf(directory);

    const sagas = await operate(directory, ["sagas", "list", "--json"]);
    const open: { id: string; type: string }[] = JSON.parse(sagas);
    assert.ok(open.length > 0 && open.every(({ id }) => orders.includes(id)), sagas);
    const statuses = JSON.parse(await operate(directory, ["projections", "status", "--json"]));
    assert.equal(statuses.length, application.services.flatMap(({ views }) => views).length);
    const [first = ""] = orders;
    assert.match(await operate(directory, ["timeline", first]), /OrderPlaced/);
    // Of an order whose payment has failed once there is a reminder as well
    const { id = "" } = open.find(({ type }) => type === "fulfilment") ?? {};
    const story = await operate(directory, ["sagas", "show", id, "--process", "fulfilment"]);
    assert.match(story, /^fulfilment@1 open\d+ .*\n +\+0 ms {2}hears OrderPlaced .*\n/);
    assert.match(story, /\nNext: \S+ \(\w+ \w+\) is sent\n$/);
    assert.match(await operate(directory, ["routes", "list"]), /No gateway has a strangled route/);
    assert.deepEqual(await contentOf(directory), before);

    const said = await operate(directory, ["projections", "rebuild", "orders"]);
    assert.match(said, /Rebuilt "orders" in/);
    const after = await contentOf(directory);
    const acts = JSON.parse(await operate(directory, ["acts", "list", "--json"]));
    const [act, ...others] = acts.items;
    assert.deepEqual([act.engine, act.act, act.subject, act.outcome, others.length], [
      ...["projections", "rebuild", "orders", "done", 0],
    ]);
    assert.ok(act.actor.length > 0);
    // That it began and ended, and nothing else
    assert.equal(after.head, (before.head ?? 0) + 2);
    assert.deepEqual(withoutOrders(after), withoutOrders(before));

    await using dev = startDev(directory);
    const { url } = await dev.ready();
    const client = new ShopClient({ shop: url, patienceMs: 60_000 });
    for (const orderId of orders) {
      await eventually(`order ${orderId}`, async () => {
        const { items } = await client.get(`/api/orders/${orderId}/timeline`);
        return items.some(({ type }: { type: string }) => type === "NotificationSent");
      });
    }
    assert.match(await operate(directory, ["timeline", first]), /NotificationSent/);
    const ended = JSON.parse(
      await operate(directory, ["sagas", "show", first, "--process", "fulfilment", "--json"]),
    );
    assert.deepEqual([ended.state, ended.chapters[0].heard.type], ["finished", "OrderPlaced"]);
    const reason = "--reason=to see that it can be";
    assert.match(await operate(directory, ["projections", "rebuild", "orders", reason]), /Rebuilt/);
    // The application has its log to itself, and keeps the record
    assert.match(await operate(directory, ["acts", "list"]), /because to see that it can be\n/);
    const known = await (await fetch(`${url}/ops/acts?limit=1`)).json();
    assert.deepEqual([known.items.length, known.items[0].outcome], [1, "done"]);
    const { order } = (await client.get(`/api/orders/${first}`)).data;
    assert.equal(order.status, "confirmed");
    await dev.stop();
  },
});

Deno.test({
  name: "where nothing has run yet a look says so and makes nothing",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using place = await makeDataPlace();
    for (
      const words of [
        ...[["projections", "status"], ["sagas", "list"], ["sagas", "show", "x"], [
          "timeline",
          "x",
        ]],
      ]
    ) {
      const { code, stdout, stderr } = await task(place.directory, words);
      assert.equal(code, 1);
      assert.match(
        stdout + stderr,
        /^Cannot find any database in ".*": nothing has run there yet\n$/,
      );
    }
    await assert.rejects(Deno.stat(place.directory), Deno.errors.NotFound);
  },
});

/** Everything but what belongs to the view that was rebuilt. */
function withoutOrders({ tables }: Awaited<ReturnType<typeof contentOf>>) {
  const order = Object.entries(tables.order ?? {})
    .filter(([table]) => !/^customer_order|^projection_(generation|process)$/.test(table));
  return { ...tables, order: Object.fromEntries(order) };
}

/** Orders whose payments take their time, and kill -9 while they do. */
async function placeAndKill(
  directory: string,
  { url, kill }: { readonly url: string; kill(): Promise<void> },
): Promise<void> {
  const client = new ShopClient({ shop: url });
  await client.receive("SKU1", { quantity: 1_000 });
  await Promise.all(orders.map(async (orderId) => {
    const { status } = await client.place({ orderId, paymentMethod: "pm_timeout" });
    assert.equal(status, 202);
  }));
  const running = await describeRunning(directory);
  const sql = connect({
    url: databaseOf(running?.urls.postgres ?? "", "order"),
    name: "test",
    logger: silentLog,
  });
  try {
    // Not before it was written down that they are under way
    await eventually("open sagas", async () => (await listInstances(sql)).length > 0);
    await eventually("a story to tell", async () => {
      const { status } = await client.query(`/api/orders/${orders[0]}/timeline`);
      return status === 200;
    });
  } finally {
    await sql.end();
  }
  await kill();
}

function databaseOf(serverUrl: string, service: string): string {
  return serverUrl.replace(/[^/]*$/, `headwater_${service}`);
}

/** The log's last position, and by service what is in its tables. */
async function contentOf(directory: string): Promise<{
  readonly head: number | undefined;
  readonly tables: Readonly<Record<string, Readonly<Record<string, string>>>>;
}> {
  const logger = silentLog;
  const { log } = await openLog({ eventStoreUrl: undefined, directory, logger });
  await using _log = log;
  await using postgres = await startEmbeddedPostgres({
    directory: `${directory}/postgres`,
    logger,
  });
  const tables: Record<string, Record<string, string>> = {};
  for (const { name } of application.services) {
    const sql = connect({ url: databaseOf(postgres.url, name), name: "test", logger });
    try {
      const names = await sql<{ name: string }[]>`
        select tablename as name from pg_tables where schemaname = 'public' order by name`;
      tables[name] = {};
      for (const { name: table } of names) {
        const [content] = await sql<{ hash: string }[]>`
          select coalesce(md5(string_agg(row::text, '' order by row::text)), '') as hash
          from ${sql(table)} as row`;
        tables[name][table] = content?.hash ?? "";
      }
    } finally {
      await sql.end();
    }
  }
  return { head: await log.head(), tables };
}

async function operate(directory: string, words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await task(directory, words);
  assert.equal(code, 0, stdout + stderr);
  return stdout;
}

async function task(directory: string, words: readonly string[]) {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", ...words],
    cwd: root,
    env: { DATA_DIR: directory, EVENTSTORE_URL: "", DATABASE_URL: "" },
  });
  const ending = within(`"deno task ${words.join(" ")}" to end`, command.output());
  const { code, stdout, stderr } = await ending;
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
