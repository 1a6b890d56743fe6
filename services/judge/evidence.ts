import type { EventLog, View } from "@headwater/core";
import { listInstances } from "@headwater/sagas";
import type { Sql } from "postgres";
import type { ServiceDatabase } from "@headwater/host";
import { type PlainEvent, readPlainEvents } from "./plain_event.ts";
import type { Acknowledged, ShopClient } from "./shop_client.ts";

/** What the invariants are judged by. */
export type Evidence = {
  readonly events: readonly PlainEvent[];
  readonly acknowledged: readonly Acknowledged[];
  /** Ids of orders whose saga is listed as stuck. */
  readonly stuck: ReadonlySet<string>;
  readonly tables: readonly Table[];
  /** The simulated payment provider's own account of what it did, by payment id. */
  readonly provider: ReadonlyMap<string, ProviderEntry>;
  /** Undefined: the shop was not running when the evidence was taken. */
  readonly answers: Answers | undefined;
};

export type Row = Readonly<Record<string, unknown>>;
export type Table = {
  readonly view: View;
  readonly rows: readonly Row[];
  /** What its second table holds, if the view has sums. */
  readonly sums?: readonly Row[];
};
export type ProviderEntry = { readonly charged: boolean; readonly refunded: boolean };

/** What the shop says over HTTP. */
export type Answers = {
  readonly items: ReadonlyMap<string, ItemAnswer>;
  readonly orders: readonly { readonly orderId: string; readonly status: string }[];
  readonly notifications: readonly { readonly orderId: string; readonly kind: string }[];
};

export type ItemAnswer = {
  readonly onHand: number;
  readonly reserved: number;
  readonly available: number;
};

export type Witnesses = {
  readonly log: EventLog;
  readonly databases: readonly ServiceDatabase[];
  readonly client?: ShopClient;
  readonly acknowledged: readonly Acknowledged[];
};

/** To be taken when the shop is at rest. */
export async function takeEvidence(
  { log, databases, client, acknowledged }: Witnesses,
): Promise<Evidence> {
  const events = await readPlainEvents(log);
  const [answers, stuck, tables, provider] = await Promise.all([
    client && ask(client, events),
    stuckSagas(databases),
    readTables(databases),
    readProvider(databases),
  ]);
  return { events, acknowledged, stuck, tables, provider, answers };
}

/** Ids of the sagas that are listed as unfinished, in these states. */
export async function listSagas(
  databases: readonly ServiceDatabase[],
  state: "running" | "stuck",
): Promise<Set<string>> {
  const lists = await Promise.all(databases.map(async ({ sql }) => {
    return await tableExists(sql, "process_instance") ? await listInstances(sql) : [];
  }));
  return new Set(lists.flat().filter((saga) => saga.state === state).map(({ id }) => id));
}

function stuckSagas(databases: readonly ServiceDatabase[]): Promise<Set<string>> {
  return listSagas(databases, "stuck");
}

async function readTables(databases: readonly ServiceDatabase[]): Promise<Table[]> {
  const tables = await Promise.all(
    databases.map(({ sql, views }) =>
      Promise.all(views.map(async (view) => {
        const rows = await sql<Row[]>`select ${view.select(sql)} from ${view.from(sql)}`;
        const { sums } = view;
        if (!sums) return { view, rows: [...rows] };
        const summed = await sql<Row[]>`select ${sums.select(sql)} from ${sums.from(sql)}`;
        return { view, rows: [...rows], sums: [...summed] };
      }))
    ),
  );
  return tables.flat();
}

async function readProvider(
  databases: readonly ServiceDatabase[],
): Promise<Map<string, ProviderEntry>> {
  const books = await Promise.all(databases.map(async ({ sql }) => {
    if (!await tableExists(sql, "simulated_provider")) return [];
    // What it is still to charge counts as charged: nobody can be sure that it does not happen.
    return await sql<(ProviderEntry & { payment_id: string })[]>`
      select payment_id, charged or (charged_from is not null and not voided) as charged, refunded
      from simulated_provider`;
  }));
  return new Map(books.flat().map((entry) => [entry.payment_id, entry]));
}

async function tableExists(sql: Sql, table: string): Promise<boolean> {
  const [found] = await sql`select 1 from pg_class where oid = to_regclass(${table})`;
  return found !== undefined;
}

async function ask(client: ShopClient, events: readonly PlainEvent[]): Promise<Answers> {
  const skus = new Set(
    events.filter(({ type }) => type === "StockReceived").map(({ data }) => String(data.sku)),
  );
  const [orders, notifications, ...items] = await Promise.all([
    client.all("/api/orders"),
    client.all("/api/notifications"),
    ...[...skus].map(async (sku): Promise<[string, ItemAnswer]> => [
      sku,
      await client.get(`/api/inventory/items/${sku}`),
    ]),
  ]);
  return { orders, notifications, items: new Map(items) };
}
