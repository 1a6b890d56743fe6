import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { type EventLog, Unavailable } from "@headwater/core";
import type { Sql } from "postgres";
import { accountView } from "./account_view.ts";
import {
  append,
  appendMany,
  begun,
  caughtUp,
  connectRobustly,
  projectionTests,
  pureFold,
  randomOf,
  tableRows,
  until,
} from "./test_bed.ts";

projectionTests("read models survive", async (step) => {
  await step("connections that PostgreSQL ends under load", async ({ log, sql, start, server }) => {
    await using projections = await start([accountView]);
    const admin = connectRobustly(server.url);
    const random = randomOf(11);
    let isOver = false;
    const appending = appendMany(log, { count: 1_200, random }).finally(() => isOver = true);
    let ended = 0;
    while (!isOver) {
      ended += await endConnections(admin);
      await setTimeout(random() * 60);
    }
    await appending;
    await admin.end({ timeout: 1 });
    await caughtUp(projections, { view: accountView, log });
    assert.ok(ended > 10, `${ended} connections were ended`);
    const rows = await retried(() => tableRows(accountView, sql));
    assert.deepEqual(rows, await pureFold(accountView, log));
  });

  await step("the same in the middle of a rebuild", async ({ log, sql, start, server }) => {
    for (let from = 0; from < 6_000; from += 500) {
      const streams = Array.from({ length: 500 }, (_, index) => `account-${from + index}`);
      const event = { type: "Deposited", data: { amount: from } };
      await Promise.all(streams.map((stream) => append(log, stream, event)));
    }
    await using projections = await start([accountView]);
    const admin = connectRobustly(server.url);
    const random = randomOf(14);
    for (let times = 0; times < 8; times++) {
      await caughtUp(projections, { view: accountView, log });
      await retried(() => begun(sql, accountView));
      await setTimeout(random() * 250);
      await endConnections(admin);
    }
    await admin.end({ timeout: 1 });
    await until(() =>
      retried(async () => {
        const [building] = await sql`
          select status, state, cause from projection_generation
          where status not in ('live', 'retired', 'dropped')`;
        return building === undefined || JSON.stringify(building);
      })
    );
    const rows = await retried(() => tableRows(accountView, sql));
    assert.deepEqual(rows, await pureFold(accountView, log));
  });

  await step("PostgreSQL going away and coming back", async ({ log, sql, start, server }) => {
    await using projections = await start([accountView]);
    await appendMany(log, { count: 100, random: randomOf(12) });
    await caughtUp(projections, { view: accountView, log });
    const [check] = projections.checks;
    const { pid } = server;
    Deno.kill(pid, "SIGKILL");
    const appending = appendMany(log, { count: 300, random: randomOf(13) });
    await until(() => projections.status()[0]?.state === "waiting");
    await assert.rejects(async () => await check!.check(new AbortController().signal));
    await appending;
    await caughtUp(projections, { view: accountView, log });
    assert.notEqual(server.pid, pid);
    const rows = await retried(() => tableRows(accountView, sql));
    assert.deepEqual(rows, await pureFold(accountView, log));
    await check!.check(new AbortController().signal);
  });

  await step(
    "a crash of PostgreSQL, which forgets that it knew their tables",
    async (bed) => {
      const { log, sql, start, server } = bed;
      await appendMany(log, { count: 300, random: randomOf(15) });
      await using projections = await start([accountView]);
      await caughtUp(projections, { view: accountView, log });
      const analyzedAt = () =>
        retried(async () => {
          const [table] = await sql`
          select extract(epoch from last_analyze)::float8 as "analyzedAt" from pg_stat_user_tables
          where relname = 'account__1'`;
          return Number(table?.analyzedAt ?? 0);
        });
      await until(async () => await analyzedAt() > 0 || "the table was never analyzed");
      const before = await analyzedAt();
      // Else it may lose the fill as well, and the table is analyzed since it is filled again
      await sql`checkpoint`;
      const { pid } = server;
      Deno.kill(pid, "SIGKILL");
      await until(() => server.pid !== pid || "PostgreSQL is away");
      // As whoever opened the connections does when one breaks
      projections.noticeDisconnection();
      await until(async () =>
        await analyzedAt() > before || `last analyzed at ${await analyzedAt()}`
      );
      const [known] = await retried(() =>
        sql`select count(*)::integer as columns from pg_stats where tablename = 'account__1'`
      );
      assert.ok(known?.columns > 0);
    },
  );

  await step("a log that goes away and comes back", async ({ log, sql, start }) => {
    const flaky = flakyLog(log);
    await using projections = await start([accountView], { log: flaky.log });
    for (let outage = 0; outage < 3; outage++) {
      await append(log, "account-a", { type: "Deposited", data: { amount: 1 } });
      await caughtUp(projections, { view: accountView, log });
      flaky.fail();
      await append(log, "account-a", { type: "Deposited", data: { amount: 2 } });
      await until(() => projections.status()[0]?.state === "waiting");
      assert.equal(projections.status()[0]?.cause, "The log is away");
      assert.ok(projections.status()[0]!.lagMs >= 0);
      flaky.recover();
    }
    await caughtUp(projections, { view: accountView, log });
    const rows = await retried(() => tableRows(accountView, sql));
    assert.deepEqual(rows, await pureFold(accountView, log));
  });
});

/** Ends the connections of everybody else, and tells how many. */
async function endConnections(admin: Sql): Promise<number> {
  const backends = await admin`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname <> current_database() and backend_type = 'client backend'`;
  return backends.length;
}

/** Does what may stay unanswered while connections end, again and again. */
async function retried<Result>(act: () => Promise<Result>): Promise<Result> {
  const results: Result[] = [];
  await until(async () => {
    const over = new AbortController();
    const silence = setTimeout(2_000, "no answer", { signal: over.signal }).catch(String);
    const done = act().then((result) => results.push(result) > 0, String);
    const answer = await Promise.race([done, silence]);
    over.abort();
    await silence;
    return answer;
  });
  return results[0]!;
}

/** A log whose subscriptions break, and cannot be made again for a while. */
function flakyLog(log: EventLog) {
  let breaking = new AbortController();
  let isAway = false;
  return {
    log: {
      ...log,
      append: log.append,
      head: () => log.head(),
      async *subscribe(options) {
        if (isAway) throw new Unavailable("The log is away");
        const signal = AbortSignal.any([options.signal, breaking.signal]);
        yield* log.subscribe({ ...options, signal });
        if (isAway) throw new Unavailable("The log is away");
      },
    } satisfies EventLog,
    fail() {
      isAway = true;
      breaking.abort();
    },
    recover() {
      isAway = false;
      breaking = new AbortController();
    },
  };
}
