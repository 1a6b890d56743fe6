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

const logger = silentLog;

/** A shop whose orders are driven by two processes, each of them the order service alone. */
export type SharedShop = AsyncDisposable & {
  readonly one: OrderProcess;
  readonly other: OrderProcess;
  readonly client: ShopClient;
  readonly targets: Targets;
  /** Resolves when they have so many slices of 16. */
  untilDriven(by: ReadonlyMap<OrderProcess, number>): Promise<void>;
  /** Ids of the unfinished instances that are a process's to drive. */
  drivenBy(process: OrderProcess): Promise<ReadonlySet<string>>;
  /** All invariants hold, and no command came under two ids. */
  judge(): Promise<void>;
};

/** The shop without who drives its orders. */
const rest: Application = {
  ...shop,
  services: shop.services.map((each) => each.name === "order" ? { ...each, sagas: [] } : each),
};

/** Where processes of the order service reach the others, and what they sent them. */
export class Targets implements AsyncDisposable {
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

/** Opens one on one PostgreSQL and one event store; the other services are in this process, and reached over HTTP. */
export async function openSharedShop(): Promise<SharedShop> {
  await using starting = new AsyncDisposableStack();
  const postgres = starting.use(await startThrowAwayPostgres());
  const store = starting.use(await startEventStoreProcess());
  const eventStoreUrl = `esdb://127.0.0.1:${store.port}?tls=false`;
  const others = shop.services.map(({ name }) => name).filter((name) => name !== "order");
  const targets = starting.use(new Targets(others));
  const env = {
    DATABASE_URL: postgres.url,
    EVENTSTORE_URL: eventStoreUrl,
    SERVICE_URLS: targets.urls,
  };
  const one = starting.use(await startOrder(env));
  const other = starting.use(await startOrder(env));

  const log = starting.use((await openLog({ eventStoreUrl, directory: "", logger })).log);
  const database = databasesOn(postgres.url, { logger });
  const host = starting.use(
    await startHost(
      {
        ...rest,
        createGateway(dependencies) {
          targets.client = dependencies.client;
          return shop.createGateway(dependencies);
        },
      },
      { log, database, logger },
    ),
  );
  const client = new ShopClient({ shop: host.gateway, patienceMs: 60_000 });
  const sql = connect({ url: await database("order"), name: "test", max: 2, logger });
  starting.defer(() => sql.end({ timeout: 1 }));
  const running = starting.move();
  return {
    ...{ one, other, client, targets },
    drivenBy: (process) => drivenBy(sql, portOf(process)),
    untilDriven: (by) =>
      eventually("the slices to be shared", async () => {
        const slices = await slicesByPort(sql);
        return by.entries().every(([process, count]) => slices.get(portOf(process)) === count);
      }).then(() => {}),
    async judge() {
      const shown = { log, databases: host.databases, client };
      await waitUntilAtRest(shown);
      const verdicts = await checkInvariants({ ...shown, acknowledged: client.acknowledged });
      assert.deepEqual(verdicts.filter(({ holds }) => !holds), []);
      assert.equal(verdicts.length, 7);
      assert.deepEqual([...targets.ids].filter(([, ids]) => ids.size > 1), []);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
