import { deepEqual, ok, rejects } from "node:assert/strict";
import { silentLog } from "@headwater/core";
import { within } from "@headwater/testing";
import type { Sql } from "postgres";
import { connect } from "./connect.ts";
import { startReturningServer } from "./testing/returning_server.ts";

/** Milliseconds; so long that nothing here ends because of it. */
const patienceMs = 30_000;

Deno.test("a pool whose server restarts hears it, comes again with growing pauses, and is served by the first that answers", async () => {
  const refusals = 7;
  await using server = startReturningServer({ refusals });
  const sql = connect({ url: server.url, name: "test", max: 1, patienceMs, logger: silentLog });
  await rejects(ask(sql), {
    code: "57P01",
    message: "terminating connection due to administrator command",
  });
  for (let asked = 0; asked < refusals; asked++) {
    await rejects(ask(sql), { code: "57P03", message: "the database system is starting up" });
  }
  deepEqual(await ask(sql), []);
  const [, first = NaN] = server.attempts;
  const tookMs = server.attempts.at(-1)! - first;
  // Half of 100, 200, 400, 800 and three times 1,000 ms, since the other half is left to chance
  ok(tookMs >= 2_200, `${refusals} queries were refused within ${tookMs} ms`);
  await sql.end({ timeout: 0 });
});

Deno.test("a pool whose database was dropped under a query is told so by every query that follows", async () => {
  const refusals = 3;
  await using server = startReturningServer({ refusals, as: "unknown" });
  const sql = connect({ url: server.url, name: "test", max: 1, patienceMs, logger: silentLog });
  await rejects(ask(sql), { code: "57P01" });
  for (let asked = 0; asked < refusals; asked++) {
    await rejects(ask(sql), { code: "3D000", message: 'database "anything" does not exist' });
  }
  deepEqual(await ask(sql), []);
  await sql.end({ timeout: 0 });
});

async function ask(sql: Sql): Promise<unknown[]> {
  return [...await within("an answer", sql.unsafe("select 1"), { ms: patienceMs / 2 })];
}
