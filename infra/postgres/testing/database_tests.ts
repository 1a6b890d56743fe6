import { silentLog as logger } from "@headwater/core";
import type { Sql } from "postgres";
import { connect } from "../connect.ts";
import type { EmbeddedPostgres } from "../embedded.ts";
import { ensureDatabase } from "../ensure_database.ts";
import { startThrowAwayPostgres } from "../throw_away.ts";

/** What a test gets: a database of its own, on the server that it shares with others. */
export type TestDatabase = {
  readonly sql: Sql;
  readonly url: string;
  readonly server: EmbeddedPostgres;
};

/** Tests that share a server. */
export function databaseTests(
  name: string,
  body: (
    step: (name: string, check: (database: TestDatabase) => Promise<void>) => Promise<void>,
  ) => Promise<void>,
): void {
  Deno.test(name, async (test) => {
    await using server = await startThrowAwayPostgres();
    let databases = 0;
    await body(async (name, check) => {
      await test.step(name, async () => {
        const url = await ensureDatabase({ adminUrl: server.url, name: `d${++databases}`, logger });
        const sql = connect({ url, name: "test", logger });
        try {
          await check({ sql, url, server });
        } finally {
          await sql.end();
        }
      });
    });
  });
}
