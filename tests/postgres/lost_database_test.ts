import { deepEqual } from "node:assert/strict";
import { silentLog as logger } from "@headwater/core";
import {
  connect,
  dropDatabase,
  ensureDatabase,
  keepTables,
  openDatabase,
  pulse,
  startThrowAwayPostgres,
} from "@headwater/postgres";
import { eventually } from "@headwater/testing";

Deno.test("what asks a database that is dropped and made again finds the tables of its service there", async () => {
  await using server = await startThrowAwayPostgres();
  const database = { adminUrl: server.url, name: "library", logger };
  const url = await ensureDatabase(database);
  const migrations = [{ name: "0001-book", sql: "create table book (title text)" }];
  const opened = await openDatabase({ url, service: "library", migrations, logger });
  await using stack = new AsyncDisposableStack();
  const service = "library";
  const tables = stack.use(keepTables({ migrate: opened.migrate, service, logger }));
  const heart = pulse({ onMissed: tables.missed });
  const sql = connect({ url: opened.url, name: "test", max: 2, pulse: heart, logger });
  stack.defer(() => sql.end());
  const books = () => sql`select title from book`.then((found) => [...found], () => undefined);
  await sql`insert into book values ('Middlemarch')`;

  await dropDatabase(database);
  deepEqual(await books(), undefined);
  await ensureDatabase(database);
  deepEqual(await eventually("its table", books), []);
});
