import assert from "node:assert/strict";
import { acts, type EventLog, silentLog, time, type View } from "@headwater/core";
import { application, databasesOn, openLog, service } from "@headwater/host";
import { startThrowAwayPostgres } from "@headwater/postgres";
import { projectionsActs, startProjections } from "@headwater/projections";
import { eventually } from "@headwater/testing";
import { createGateway } from "@shop/gateway";
import { startShop } from "@shop/demo";
import type { ShopClient } from "@shop/judge";
import { orderService } from "@shop/order";
import type { Sql } from "postgres";
import { orderHistory } from "../performance/order_history.ts";

const events = 200_000;
/** So many events go into one append. */
const batch = 500;

Deno.test({
  name: "a read model of 200,000 events is rebuilt, replaced and taken back, and nobody notices",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using postgres = await startThrowAwayPostgres();
    const directory = await Deno.makeTempDir({ prefix: "headwater-noon-" });
    await using stack = new AsyncDisposableStack();
    stack.defer(() => Deno.remove(directory, { recursive: true }));
    await writeHistory(directory);
    const shop = stack.use(
      await startShop(orders, {
        directory,
        database: databasesOn(postgres.url, { prefix: "noon", logger: silentLog }),
        name: "noon",
        logger: silentLog,
      }),
    );
    const { sql, views } = shop.databases[0]!;
    const operate = operatorOf({ sql, views });
    await eventually(
      "the first filling",
      async () => (await shop.client.query(first)).status === 200,
    );

    const customers = keepBuying(shop.client);
    const rebuilt = await operate("rebuild", "orders");
    assert.match(rebuilt.said, /position [\d,]+ of [\d,]+ +[\d,]+ events\/s/);
    assert.match(rebuilt.said, /Rebuilt "orders" in .* s: generation 2 is read/);
    assert.equal(rebuilt.code, 0);

    await broken(shop.log, sql);
    const { said } = await operate("status", "--json");
    const statuses = JSON.parse(said).map(({ generation, state, version }: Status) => [
      generation,
      state,
      version,
    ]);
    // No process runs the broken version any more
    const { version } = views[0]!;
    assert.deepEqual(statuses, [
      [1, "retired", version],
      [2, "live", version],
      [3, "stopped", version + 1],
    ]);
    assert.equal((await operate("abort", "orders")).code, 0);

    assert.equal((await operate("rollback", "orders")).code, 0);
    await time.pause(200);
    assert.equal((await operate("rollback", "orders")).code, 0);
    const { bought, wrong } = await customers.end();
    assert.deepEqual(wrong, []);
    assert.ok(bought > 20, `${bought} orders were placed meanwhile`);
  },
});

type Status = {
  readonly generation: number;
  readonly state: string;
  readonly version: number;
};

const first = "/api/orders?limit=1";

/** Orders alone, which nobody fulfils. */
const orders = application({
  name: "orders",
  services: [service({ ...orderService, sagas: [] })],
  createGateway,
});

async function writeHistory(directory: string): Promise<void> {
  const { log } = await openLog({ eventStoreUrl: undefined, directory, logger: silentLog });
  await using _log = log;
  const streams = new Map<string, number>();
  let open: Promise<unknown>[] = [];
  for (const { stream, event } of orderHistory({ events })) {
    const next = streams.get(stream);
    streams.set(stream, (next ?? -1) + 1);
    open.push(log.append(stream, [event], { expected: next ?? "no-stream" }));
    if (open.length < batch) continue;
    await Promise.all(open);
    open = [];
  }
  await Promise.all(open);
}

function operatorOf(database: { readonly sql: Sql; readonly views: readonly View[] }) {
  return async (...words: readonly string[]) => {
    let said = "";
    const code = await acts.operatorsCommand(projectionsActs, words, {
      context: { databases: [{ service: "order", ...database }] },
      print: (more) => said += more,
      isTerminal: false,
    });
    return { code, said };
  };
}

/** Places orders, and looks each time at once whether its order is there; both must always be so. */
function keepBuying(client: ShopClient) {
  const wrong: string[] = [];
  let bought = 0;
  let isOver = false;
  async function buy(customer: number): Promise<void> {
    while (!isOver) {
      const customerId = `noon-${customer}`;
      const placed = await client.place({ customerId });
      const path = `/api/orders?customerId=${customerId}&limit=1`;
      const answer = await client.query(path, { after: placed.position!, wait: 5 });
      const [newest] = answer.body.items ?? [];
      if (answer.status !== 200 || newest?.orderId !== placed.body.orderId) {
        wrong.push(`${answer.status} ${JSON.stringify(answer.body)} after ${placed.position}`);
      }
      bought++;
    }
  }
  const buying = Promise.all([1, 2, 3].map(buy));
  // What fails before the end says why; that the shop is gone after it says nothing
  buying.catch(() => {});
  return {
    async end() {
      isOver = true;
      await buying;
      return { bought, wrong };
    },
  };
}

/** Another release, whose orders cost a cent more: it is built, says which differ, and is not read. */
async function broken(log: EventLog, sql: Sql): Promise<void> {
  const [before] = orderService.views as [View];
  const dearer: View = {
    ...before,
    version: before.version + 1,
    evolve(row, event, key) {
      const next = before.evolve(row, event, key);
      return row || !next ? next : { ...next, total: next.total + 1 };
    },
    verify({ before, after }) {
      return before?.total === after?.total ? undefined : `its total was ${before?.total}`;
    },
  };
  await using _release = await startProjections({
    service: "order",
    views: [dearer],
    log,
    sql,
    logger: silentLog,
  });
  await eventually("a verdict", async () => {
    const [found] = await sql`
      select verdict, switches from projection_generation
      where status = 'ready' and version = ${dearer.version}`;
    if (!found) return false;
    const { differing, examples } = found.verdict;
    assert.ok(differing >= events / 5 && !found.switches);
    assert.match(examples[0].objection, /its total was \d+/);
    return true;
  });
}
