import { EventStore, EventType, type GroupedEvent as Grouped } from "@castore/core";
import { PostgresEventStorageAdapter } from "@castore/event-storage-adapter-postgres";
import {
  type CartEvent,
  type CartItem,
  type CartState,
  decideCart,
  emptyCart,
  evolveCart,
} from "../cart.ts";
import type { Peer } from "./peer.ts";
import { countRows } from "./postgres_database.ts";

type CartAggregate = CartState & { readonly aggregateId: string; readonly version: number };

const eventTypes = [
  new EventType<"ItemAdded", CartItem>({ type: "ItemAdded" }),
  new EventType<"CartConfirmed", { cartId: string }>({ type: "CartConfirmed" }),
];

/** Its adapter has no settings: it keeps a pool of ten connections. */
export async function openCastorePostgresql(databaseUrl: string): Promise<Peer> {
  await PostgresEventStorageAdapter.createEventTable({
    connectionString: databaseUrl,
    aggregateId: { type: "VARCHAR", length: 64 },
  });
  const eventStorageAdapter = new PostgresEventStorageAdapter({ connectionString: databaseUrl });
  const store = new EventStore({
    eventStoreId: "carts",
    eventTypes,
    eventStorageAdapter,
    reducer: (
      aggregate: CartAggregate,
      { type, payload, aggregateId, version },
    ): CartAggregate => ({
      ...evolveCart(aggregate ?? emptyCart, { type, data: payload } as CartEvent),
      aggregateId,
      version,
    }),
  });
  // It wants to be told the version of every event: a caller who knows them all is faster than one who looks them up.
  const versions = new Map<string, number>();
  return {
    async append(stream, events) {
      const before = versions.get(stream) ?? 0;
      versions.set(stream, before + events.length);
      const details = events.map(({ type, data, metadata }, index) => ({
        aggregateId: stream,
        version: before + index + 1,
        type,
        payload: data,
        metadata,
      }));
      if (details.length === 1) {
        await store.pushEvent(details[0] as never);
      } else {
        const grouped = details.map((detail): Grouped => store.groupEvent(detail as never));
        await EventStore.pushEventGroup(...grouped as [Grouped, Grouped, ...Grouped[]]);
      }
    },
    async handle(stream, command) {
      const { aggregate } = await store.getAggregate(stream);
      let version = aggregate?.version ?? 0;
      for (const { type, data } of decideCart(command, aggregate ?? emptyCart)) {
        version++;
        const detail = { aggregateId: stream, version, type, payload: data };
        await store.pushEvent(detail as never, { prevAggregate: aggregate });
      }
    },
    count: () => countRows(databaseUrl, "event"),
    async [Symbol.asyncDispose]() {
      // It cannot be closed otherwise.
      const { _sql } = eventStorageAdapter as unknown as { _sql: { end(): Promise<void> } };
      await _sql.end();
    },
  };
}
