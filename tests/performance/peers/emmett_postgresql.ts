import { CommandHandler } from "@event-driven-io/emmett";
import {
  getPostgreSQLEventStore,
  type PostgresEventStore,
} from "@event-driven-io/emmett-postgresql";
import pg from "pg";
import { decideCart, emptyCart, evolveCart } from "../cart.ts";
import { countRows } from "./postgres_database.ts";
import type { Peer } from "./peer.ts";

/** As its documentation shows it: a connection string and nothing else. */
export async function openEmmettPostgresql(databaseUrl: string): Promise<Peer> {
  const store = getPostgreSQLEventStore(databaseUrl);
  await store.schema.migrate();
  return peer(store, { databaseUrl });
}

/** A pool that is as large as the most that are in flight at once, and no look at the schema before every call. */
export async function openEmmettPostgresqlBest(databaseUrl: string): Promise<Peer> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 64, idleTimeoutMillis: 0 });
  const store = getPostgreSQLEventStore(databaseUrl, {
    connectionOptions: { pooled: true, pool },
    schema: { autoMigration: "None" },
  });
  await store.schema.migrate();
  return peer(store, { databaseUrl, pool });
}

const handleCart = CommandHandler({ evolve: evolveCart, initialState: () => emptyCart });

function peer(
  store: PostgresEventStore,
  { databaseUrl, pool }: { readonly databaseUrl: string; readonly pool?: pg.Pool },
): Peer {
  return {
    async append(stream, events) {
      await store.appendToStream(stream, [...events]);
    },
    async handle(stream, command) {
      await handleCart(store, stream, (state) => [...decideCart(command, state)]);
    },
    count: () => countRows(databaseUrl, "emt_messages"),
    async [Symbol.asyncDispose]() {
      await store.close();
      await pool?.end();
    },
  };
}
