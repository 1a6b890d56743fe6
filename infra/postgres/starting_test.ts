import { ok, rejects } from "node:assert/strict";
import { silentLog } from "@headwater/core";
import { within } from "@headwater/testing";
import { connect } from "./connect.ts";
import { startStartingServer } from "./testing/starting_server.ts";

/** Milliseconds; so long that nothing here ends because of it. */
const patienceMs = 30_000;

Deno.test("a pool that lost its server under a query hears that the next one is starting, and comes again with growing pauses", async () => {
  await using server = startStartingServer();
  const sql = connect({ url: server.url, name: "test", max: 1, patienceMs, logger: silentLog });
  await rejects(async () => await sql`select 1`, { code: "CONNECTION_CLOSED" });
  const queries = 7;
  for (let asked = 0; asked < queries; asked++) {
    const query = within("an answer", sql`select 1`, { ms: patienceMs / 2 });
    await rejects(query, { code: "57P03", message: "the database system is starting up" });
  }
  const [, first = NaN] = server.attempts;
  const tookMs = server.attempts.at(-1)! - first;
  // Half of 100, 200, 400, 800 and twice 1,000 ms, since the other half is left to chance
  ok(tookMs >= 1_700, `${queries} queries were tried within ${tookMs} ms`);
  await sql.end({ timeout: 0 });
});
