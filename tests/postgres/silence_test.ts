import assert, { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { silentLog, time, Unavailable } from "@headwater/core";
import { eventually, within } from "@headwater/testing";
import { connect, pulse, startThrowAwayPostgres } from "@headwater/postgres";
import { startSilentProxy } from "./silent_proxy.ts";

const logger = silentLog;

Deno.test("a PostgreSQL that misbehaves", async (test) => {
  await using server = await startThrowAwayPostgres();
  await using proxy = startSilentProxy(server.port);
  const url = server.url.replace(`:${server.port}/`, `:${proxy.port}/`);

  await test.step("quick queries do not wait for a slow one while a connection is free", async () => {
    const sql = connect({ url: server.url, name: "test", max: 2, logger });
    await Promise.all([sql`select pg_sleep(0.05)`, sql`select pg_sleep(0.05)`]);
    let isSlowOver = false;
    const slow = sql`select pg_sleep(3)`.then(() => isSlowOver = true);
    for (let query = 0; query < 20; query++) {
      await Promise.all([sql`select 1`, sql`select 2`, sql`select 3`]);
    }
    equal(isSlowOver, false);
    await sql.end({ timeout: 0 });
    await rejects(slow);
  });

  await test.step("a query is answered with its own rows while its table is altered", async () => {
    const sql = connect({ url: server.url, name: "test", max: 4, logger });
    await queryOnce(
      server,
      "create table own (id integer, name text); insert into own select n, 'row ' || n from generate_series(1, 100) n",
    );
    let column = 0;
    let isOver = false;
    const altering = (async () => {
      while (!isOver) await queryOnce(server, `alter table own add column c${column++} integer`);
    })();
    const asked = Array.from({ length: 400 }, async (_, index) => {
      const id = index % 100 + 1;
      const rows = await sql`select id, name from own where id = ${id}`;
      deepEqual([...rows], [{ id, name: `row ${id}` }]);
    });
    await within("every answer", Promise.all(asked));
    isOver = true;
    await altering;
    ok(column > 0);
    await sql.end();
  });

  await test.step("every query rejects in time when nothing comes, sent or not, and the pool heals", async () => {
    const heart = pulse();
    const sql = connect({ url, name: "test", max: 2, patienceMs: 500, pulse: heart, logger });
    await Promise.all([sql`select 1`, sql`select 2`]);
    proxy.beSilent(true);
    const results = await within(
      "the queries",
      Promise.allSettled([1, 2, 3, 4, 5, 6].map((value) => sql`select ${value}::integer as value`)),
    );
    for (const result of results) {
      ok(result.status === "rejected" && Unavailable.isCauseOf(result.reason), `${result.status}`);
    }
    ok(heart.last()?.trouble);
    await rejects(async () => await sql`select 1`, Unavailable);
    proxy.beSilent(false);
    await eventually("an answer", async () => {
      try {
        return (await sql`select 7 as value`)[0]?.value === 7;
      } catch (error) {
        if (Unavailable.isCauseOf(error)) return false;
        throw error;
      }
    });
    equal(heart.last()?.trouble, undefined);
    await sql.end();
  });

  await test.step("what was given up before it was sent does nothing later", async () => {
    await queryOnce(server, "create table note (id integer)");
    const sql = connect({ url: server.url, name: "test", max: 1, patienceMs: 400, logger });
    const settled = await Promise.allSettled([
      sql`select pg_sleep(0.3)`,
      sql`select pg_sleep(0.3)`,
      sql`insert into note values (1)`,
    ]);
    equal(settled.at(-1)?.status, "rejected");
    // It comes after what stands before it
    await eventually("an answer", async () => await sql`select 1`.catch(() => undefined));
    deepEqual(await queryOnce(server, "select id from note"), []);
    await sql.end();
  });

  await test.step("PostgreSQL is told to stop working for who has gone", async () => {
    const sql = connect({ url: server.url, name: "test", max: 1, patienceMs: 300, logger });
    await rejects(async () => await sql`select pg_sleep(20)`, Unavailable);
    const running = await queryOnce(
      server,
      "select pid from pg_stat_activity where query like '%pg_sleep(20)' and state = 'active' and pid <> pg_backend_pid()",
    );
    deepEqual(running, []);
    await sql.end();
  });

  await test.step("what nobody waits for any more is not asked, or stopped, and the pool goes on", async () => {
    await queryOnce(server, "create table wish (id integer)");
    // Patience that would end it by itself comes after all that a test waits for
    const sql = connect({ url: server.url, name: "test", max: 1, patienceMs: 200_000, logger });
    await sql`select 1`;
    const caller = new AbortController();
    const reason = new Error("the customer left");
    const asked = time.withinDeadline(
      { signal: caller.signal, remainingMs: () => Infinity },
      () => Promise.allSettled([sql`select pg_sleep(210)`, sql`insert into wish values (1)`]),
    );
    const working =
      "select pid from pg_stat_activity where query like '%pg_sleep(210)' and state = 'active' and pid <> pg_backend_pid()";
    await eventually("it to be asked", async () => (await queryOnce(server, working)).length === 1);
    caller.abort(reason);
    deepEqual(
      await within("both to be told", asked),
      [1, 2].map(() => ({ status: "rejected", reason })),
    );
    await eventually(
      "it to be stopped",
      async () => (await queryOnce(server, working)).length === 0,
    );
    deepEqual([...await sql`select id from wish`], []);
    const late = time.withinDeadline(
      { signal: AbortSignal.abort(reason), remainingMs: () => Infinity },
      async () => await sql`select 1`,
    );
    await rejects(late, reason);
    await sql.end();
  });

  await test.step("a pool ends although nothing comes any more", async () => {
    const sql = connect({ url, name: "test", max: 2, logger });
    await Promise.all([sql`select 1`, sql`select 2`]);
    proxy.beSilent(true);
    const hanging = Promise.allSettled([sql`select 1`, sql`select 2`, sql`select 3`]);
    await within("the end", sql.end({ timeout: 0.2 }), { ms: 3_000 });
    await within("their end", hanging);
    proxy.beSilent(false);
  });

  await test.step("a connection that breaks is told, one that we close is not", async () => {
    let lost = 0;
    const heart = pulse({ onLost: () => lost++ });
    const sql = connect({ url: server.url, name: "test", max: 1, pulse: heart, logger });
    const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    await queryOnce(server, `select pg_terminate_backend(${row!.pid})`);
    await eventually("the loss", () => lost === 1);
    await eventually("an answer", async () => await sql`select 1`.catch(() => undefined));
    await sql.end();
    equal(lost, 1);
  });

  await test.step("plans do not outlive the size of their table", async () => {
    await queryOnce(server, "create table grown (id text primary key)");
    const query =
      "select id from grown where id = any(array(select json_array_elements_text($1::text::json))::text[])";
    for (const byKeys of [false, true]) {
      const sql = connect({ url: server.url, name: "test", max: 1, byKeys, logger });
      await sql.unsafe(`prepare look(text) as ${query}`);
      for (let time = 0; time < 10; time++) await sql.unsafe(`execute look('["1"]')`);
      await queryOnce(server, "insert into grown select n from generate_series(1, 20000) n");
      const plan = await sql.unsafe(`explain execute look('["1", "2"]')`);
      assert.ok(!JSON.stringify(plan).includes("Seq Scan"), JSON.stringify(plan));
      await queryOnce(server, "truncate grown");
      await sql.end();
    }
  });

  await test.step("a transaction over several queries is refused", async () => {
    const sql = connect({ url: server.url, name: "test", max: 1, logger });
    // deno-lint-ignore headwater/postgres
    await rejects(async () => await sql.begin(() => []), /Cannot begin a transaction/);
    await sql.end();
  });
});

/** One query over a connection of its own. */
async function queryOnce(server: { readonly url: string }, text: string): Promise<unknown[]> {
  const sql = connect({ url: server.url, name: "test", max: 1, logger });
  try {
    return [...await sql.unsafe(text)];
  } finally {
    await sql.end();
  }
}
