import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { type Log, machine, silentLog } from "@headwater/core";
import { eventually } from "@headwater/testing";
import { connect } from "./connect.ts";
import { queryUntilServed } from "./testing/query_until_served.ts";
import { startThrowAwayPostgres } from "./throw_away.ts";

Deno.test("connections to PostgreSQL", async (test) => {
  await using server = await startThrowAwayPostgres();

  await test.step("a bigint is a number, both ways", async () => {
    const sql = connect({ url: server.url, name: "test", logger: silentLog });
    const largest = Number.MAX_SAFE_INTEGER;
    deepEqual([...await sql`select ${largest}::bigint as value`], [{ value: largest }]);
    await sql.end();
  });

  await test.step("a bigint beyond 2^53 fails its query and no other", async () => {
    const sql = connect({ url: server.url, name: "test", max: 1, logger: silentLog });
    await rejects(
      async () => await sql`select 9007199254740993::bigint as value`,
      /Cannot read bigint "9007199254740993" as a number: beyond 2\^53/,
    );
    deepEqual([...await sql`select 1 as value`], [{ value: 1 }]);
    await sql.end();
  });

  await test.step("the server's list of connections says whose they are", async () => {
    const sql = connect({ url: server.url, name: "order", logger: silentLog });
    const [row] =
      await sql`select application_name from pg_stat_activity where pid = pg_backend_pid()`;
    equal(row?.application_name, "headwater-order");
    await sql.end();
  });

  await test.step("notices go to the logger", async () => {
    const notices: unknown[] = [];
    const logger: Log = { ...silentLog, debug: (_message, fields) => notices.push(fields?.text) };
    const sql = connect({ url: server.url, name: "test", logger });
    await sql`drop table if exists nothing_here`;
    deepEqual(notices, ['table "nothing_here" does not exist, skipping']);
    await sql.end();
  });

  await test.step("its use is seen: what runs, what waits, what was not answered", async () => {
    const meter = machine.prometheusMeter();
    const sql = connect({
      ...{ url: server.url, name: "test", max: 1, patienceMs: 400, meter, logger: silentLog },
    });
    const numbers = async () =>
      Array.from(
        (await meter.page()).matchAll(/^headwater_postgres_(.*){pool="test"} (.*)$/gm),
        ([, name, number]) => `${name} ${number}`,
      );
    await sql`select 1`;
    const failing = Promise.allSettled([sql`select pg_sleep(5)`, sql`select pg_sleep(5)`]);
    await eventually(
      "both to be asked",
      async () => (await numbers()).includes("queries_running 2"),
    );
    deepEqual(await numbers(), [
      "connections 1",
      "connections_limit 1",
      "queries_running 2",
      "queries_total 3",
      "troubles_total 0",
    ]);
    deepEqual((await failing).map(({ status }) => status), ["rejected", "rejected"]);
    const after = await numbers();
    ok(after.includes("queries_running 0"), after.join());
    await sql.end();
    deepEqual(await numbers(), []);
  });

  await test.step("a pool goes on after its server was killed", async () => {
    const sql = connect({ url: server.url, name: "test", max: 2, logger: silentLog });
    await sql`select 1`;
    const before = server.pid;
    Deno.kill(before, "SIGKILL");
    await eventually("another server", () => server.pid !== before);
    deepEqual([...await queryUntilServed(sql, "select 1 as value")], [{ value: 1 }]);
    await sql.end({ timeout: 1 });
  });
});
