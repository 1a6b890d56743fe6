import assert from "node:assert/strict";
import { type ServiceClient, silentLog } from "@headwater/core";
import {
  type Application,
  databasesOn,
  openLog,
  serve,
  type Server,
  startHost,
} from "@headwater/host";
import { connect, startThrowAwayPostgres } from "@headwater/postgres";
import { eventually } from "@headwater/testing";
import { shop } from "@shop/app";
import { waitUntilAtRest } from "@shop/demo";
import { checkInvariants, ShopClient } from "@shop/judge";
import type { Sql } from "postgres";
import { startEventStoreProcess } from "./event_store_process.ts";
import { type OrderProcess, startOrder } from "./order_process.ts";
import { loadOf } from "./shop_load.ts";

const logger = silentLog;

/** In milliseconds. Operators are promised 6 s; machines that test have a lot to do besides. */
const longestMove = 15_000;

/** The shop without who drives its orders. */
const rest: Application = {
  ...shop,
  services: shop.services.map((each) => each.name === "order" ? { ...each, sagas: [] } : each),
};

/** Where processes of the order service reach the others, and what they sent them. */
class Targets implements AsyncDisposable {
  readonly urls: string;
  /** By the command and what it says: the ids under which it came. */
  readonly ids = new Map<string, Set<string>>();
  /** Of which order, and when. */
  readonly sendings: { readonly orderId: string; readonly at: number }[] = [];
  client: ServiceClient | undefined;
  readonly #servers: readonly Server[];

  constructor(services: readonly string[]) {
    const servers = services.map((name) => ({
      name,
      server: serve((request) => this.#pass(name, request), { host: "127.0.0.1", port: 0, logger }),
    }));
    this.#servers = servers.map(({ server }) => server);
    this.urls = servers.map(({ name, server }) => `${name}=${server.url}`).join(",");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server[Symbol.asyncDispose]()));
  }

  async #pass(service: string, request: Request): Promise<Response> {
    if (!this.client) return new Response(null, { status: 503 });
    const id = request.headers.get("Idempotency-Key");
    if (id !== null) {
      const body = await request.clone().text();
      const command = `${service} ${new URL(request.url).pathname} ${body}`;
      this.ids.set(command, (this.ids.get(command) ?? new Set()).add(id));
      this.sendings.push({ orderId: JSON.parse(body).orderId, at: performance.now() });
    }
    return await this.client.call(service, request);
  }
}

/** How many slices of the fulfilment process each process has, by the port of its process. */
async function slicesByPort(sql: Sql): Promise<ReadonlyMap<string, number>> {
  const rows = await sql<{ port: string; count: number }[]>`
    select split_part(split_part(owner, ' ', 1), ':', 2) as port, count(*)::integer as count
    from process_slice
    where process = 'fulfilment' and owner is not null and lease_until > clock_timestamp()
    group by 1`;
  return new Map(rows.map(({ port, count }) => [port, count]));
}

/** Ids of the unfinished instances whose slices a process has. */
async function drivenBy(sql: Sql, port: string): Promise<ReadonlySet<string>> {
  const rows = await sql<{ id: string }[]>`
    select id from process_instance as instance
    join process_slice as slice on slice.process = instance.process
      and slice.slice = get_byte(sha256(convert_to(id, 'UTF8')), 0) % 16
    where slice.process = 'fulfilment' and slice.owner like ${`%:${port} %`}`;
  return new Set(rows.map(({ id }) => id));
}

function portOf({ url }: OrderProcess): string {
  return new URL(url).port;
}

Deno.test({
  name:
    "of two processes of the order service one is killed under load, and the other ends its orders",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using postgres = await startThrowAwayPostgres();
    await using store = await startEventStoreProcess();
    const eventStoreUrl = `esdb://127.0.0.1:${store.port}?tls=false`;
    const others = shop.services.map(({ name }) => name).filter((name) => name !== "order");
    await using targets = new Targets(others);
    const env = {
      DATABASE_URL: postgres.url,
      EVENTSTORE_URL: eventStoreUrl,
      SERVICE_URLS: targets.urls,
    };
    await using one = await startOrder(env);
    await using other = await startOrder(env);

    const { log } = await openLog({ eventStoreUrl, directory: "", logger });
    await using _log = log;
    const database = databasesOn(postgres.url, { logger });
    await using host = await startHost(
      {
        ...rest,
        createGateway(dependencies) {
          targets.client = dependencies.client;
          return shop.createGateway(dependencies);
        },
      },
      { log, database, logger },
    );
    const client = new ShopClient({ shop: host.gateway, patienceMs: 60_000 });
    const sql = connect({ url: await database("order"), name: "test", max: 2, logger });
    await using stack = new AsyncDisposableStack();
    stack.defer(() => sql.end({ timeout: 1 }));

    await eventually("both to have half of the instances", async () => {
      const slices = await slicesByPort(sql);
      return slices.get(portOf(one)) === 8 && slices.get(portOf(other)) === 8;
    });
    const load = loadOf(client, { orders: 80 });
    const placing = load.place();
    let left = await eventually("some of its instances to be unfinished", async () => {
      const driven = await drivenBy(sql, portOf(one));
      return driven.size >= 4 && driven;
    });
    const killedAt = performance.now();
    await one.kill();
    left = left.union(await drivenBy(sql, portOf(one)));

    await eventually("the other to have all", async () => {
      return (await slicesByPort(sql)).get(portOf(other)) === 16;
    });
    const movedMs = Math.round(performance.now() - killedAt);
    await placing;
    await load.everybodyTold();
    await load.goOn();
    await load.endsAsTold();
    const shown = { log, databases: host.databases, client };
    await waitUntilAtRest(shown);

    const verdicts = await checkInvariants({ ...shown, acknowledged: client.acknowledged });
    assert.deepEqual(verdicts.filter(({ holds }) => !holds), []);
    assert.equal(verdicts.length, 7);
    const twice = [...targets.ids].filter(([, ids]) => ids.size > 1);
    assert.deepEqual(twice, []);
    // The first command for each: what was under way in the moment of its end does not count
    const wentOn = [...left].flatMap((id) =>
      targets.sendings.find(({ orderId, at }) => orderId === id && at > killedAt + 1_000)?.at ?? []
    );
    const lastMs = Math.round(Math.max(...wentOn) - killedAt);
    const again = targets.sendings.length - targets.ids.size;
    tell(
      `Of ${left.size} instances of a killed process ${wentOn.length} went on after ${movedMs} ms, ` +
        `the last after ${lastMs} ms; ${targets.ids.size} commands were sent, ` +
        `${again} times one again, none under two ids`,
    );
    assert.ok(wentOn.length > 0);
    assert.ok(lastMs < longestMove, `some of its instances did not go on for ${lastMs} ms`);
  },
});

function tell(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}
