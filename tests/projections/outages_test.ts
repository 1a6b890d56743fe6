import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import type { EventLog } from "@headwater/shared/ports/event_log";
import { Unavailable } from "@headwater/shared/ports/unavailable";
import { accountView } from "./account_view.ts";
import {
  append,
  appendMany,
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
      const backends = await admin`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname <> current_database() and backend_type = 'client backend'`;
      ended += backends.length;
      await setTimeout(random() * 60);
    }
    await appending;
    await admin.end({ timeout: 1 });
    await caughtUp(projections, { view: accountView, log });
    assert.ok(ended > 10, `${ended} connections were ended`);
    assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
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
    assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
    await check!.check(new AbortController().signal);
  });

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
    assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
  });
});

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
