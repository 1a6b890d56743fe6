import { CommandHandler } from "@event-driven-io/emmett";
import {
  getSQLiteEventStore,
  sqliteConnection,
  type SQLiteEventStore,
} from "@event-driven-io/emmett-sqlite";
import { decideCart, emptyCart, evolveCart } from "../cart.ts";
import { inTurn } from "./in_turn.ts";
import type { Peer } from "./peer.ts";

/** As its documentation shows it: a file name and nothing else. It then opens a connection for every call. */
export async function openEmmettSqlite(directory: string): Promise<Peer> {
  const fileName = `${directory}/emmett.db`;
  const store = getSQLiteEventStore({ fileName });
  await store.schema.migrate();
  return peer(store, { fileName, run: (task) => task() });
}

/**
 * One connection for all, in WAL mode, every commit synced. Calls take turns on it: transactions that overlap on one
 * connection would be joined, and acknowledged before they are committed.
 */
export async function openEmmettSqliteBest(directory: string): Promise<Peer> {
  const fileName = `${directory}/emmett-best.db`;
  const connection = sqliteConnection({ fileName });
  for (const pragma of ["journal_mode = WAL", "synchronous = FULL", "cache_size = -65536"]) {
    await connection.query(`PRAGMA ${pragma}`);
  }
  const store = getSQLiteEventStore({
    fileName,
    connectionOptions: { singleton: true, connection },
    schema: { autoMigration: "None" },
  });
  await store.schema.migrate();
  return peer(store, { fileName, run: inTurn(), close: () => connection.close() });
}

const handleCart = CommandHandler({ evolve: evolveCart, initialState: () => emptyCart });

function peer(
  store: SQLiteEventStore,
  { fileName, run, close }: {
    readonly fileName: string;
    readonly run: <Result>(task: () => Promise<Result>) => Promise<Result>;
    readonly close?: () => void;
  },
): Peer {
  return {
    async append(stream, events) {
      await run(() => store.appendToStream(stream, [...events]));
    },
    async handle(stream, command) {
      await run(() => handleCart(store, stream, (state) => [...decideCart(command, state)]));
    },
    async count() {
      // A connection of its own sees only what is committed.
      const connection = sqliteConnection({ fileName });
      try {
        const [row] = await connection.query<{ count: number }>(
          "SELECT count(*) AS count FROM emt_messages",
        );
        return row!.count;
      } finally {
        connection.close();
      }
    },
    [Symbol.asyncDispose]() {
      close?.();
      return Promise.resolve();
    },
  };
}
