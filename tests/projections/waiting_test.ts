import assert from "node:assert/strict";
import { startProjections } from "@headwater/projections";
import { type EventLog, silentLog, Unavailable } from "@headwater/core";
import { accountView } from "./account_view.ts";
import {
  append,
  caughtUp,
  connectRobustly,
  limitMs,
  projectionTests,
  rebuilt,
  until,
} from "./test_bed.ts";

const deposit = { type: "Deposited", data: { amount: 1 } };

projectionTests("waiting for a read model", async (step) => {
  await step("answers at once when no position is asked for", async ({ start }) => {
    await using projections = await start([accountView]);
    const state = await projections.wait(accountView, { position: undefined, waitMs: 0 });
    assert.deepEqual(state, { position: undefined, reached: true });
  });

  await step("ends as soon as the position is reached", async ({ log, sql, start }) => {
    await using projections = await start([accountView]);
    for (let round = 0; round < 20; round++) {
      const position = await append(log, "account-a", deposit);
      const state = await projections.wait(accountView, { position, waitMs: limitMs });
      assert.deepEqual(state, { position, reached: true });
      const [row] = await sql`select movements from account`;
      assert.equal(row?.movements, round + 1);
    }
  });

  await step("is reached by events of others, which change no row", async ({ log, start }) => {
    await using projections = await start([accountView]);
    const position = await append(log, "order-1", { type: "OrderPlaced", data: {} });
    const state = await projections.wait(accountView, { position, waitMs: limitMs });
    assert.deepEqual(state, { position, reached: true });
  });

  await step("ends without success when the time is up", async ({ log, start }) => {
    await using projections = await start([accountView]);
    const position = await append(log, "account-a", deposit);
    await caughtUp(projections, { view: accountView, log });
    const state = await projections.wait(accountView, { position: position + 1, waitMs: 20 });
    assert.deepEqual(state, { position, reached: false });
  });

  await step("rejects with the reason when the caller gives up", async ({ start }) => {
    await using projections = await start([accountView]);
    const reason = new Error("The client has gone");
    const given = new AbortController();
    const waiting = projections.wait(accountView, {
      position: 1,
      waitMs: limitMs,
      signal: given.signal,
    });
    given.abort(reason);
    await assert.rejects(waiting, reason);
  });

  await step("goes on while the read model is rebuilt, in every process", async (bed) => {
    const { log, sql, start } = bed;
    await append(log, "account-a", deposit);
    await using one = await start([accountView]);
    await using other = await start([accountView]);
    await caughtUp(one, { view: accountView, log });
    await caughtUp(other, { view: accountView, log });
    const head = await log.head();
    const waiting = [one, other].map((projections) =>
      projections.wait(accountView, { position: head! + 1, waitMs: limitMs })
    );
    await rebuilt(sql, accountView);
    const position = await append(log, "account-a", deposit);
    for (const state of await Promise.all(waiting)) {
      assert.deepEqual(state, { position, reached: true });
    }
  });

  await step("is told by health where a subscription has fallen silent", async (bed) => {
    const { log, start } = bed;
    await append(log, "account-a", deposit);
    let passed = 0;
    await using projections = await start([accountView], {
      log: silentAfter(log, 1),
      now: () => Date.now() + passed,
    });
    const [check] = projections.checks;
    const health = async () => await check!.check(new AbortController().signal);
    await until(() => projections.status()[0]?.caughtUp === true);
    await append(log, "account-a", deposit);
    await until(async () => {
      passed += 1_000;
      try {
        await health();
        return "it is healthy";
      } catch (error) {
        return /"accounts" is behind: it is at position 1, and the log was at 2/.test(`${error}`) ||
          `${error}`;
      }
    });
  });

  await step("rejects when the process stops", async ({ start }) => {
    const projections = await start([accountView]);
    const waiting = projections.wait(accountView, { position: 1, waitMs: limitMs });
    const stopping = projections[Symbol.asyncDispose]();
    await assert.rejects(waiting, Unavailable);
    await stopping;
    await assert.rejects(
      projections.wait(accountView, { position: undefined, waitMs: 0 }),
      Unavailable,
    );
  });

  await step("rejects when PostgreSQL was never there", async ({ log }) => {
    const sql = connectRobustly("postgres://nobody@127.0.0.1:1/nothing");
    const options = { service: "bank", views: [accountView], log, sql, logger: silentLog };
    await using projections = await startProjections(options);
    await until(() => projections.status()[0]?.state === "waiting");
    await assert.rejects(
      projections.wait(accountView, { position: undefined, waitMs: 10 }),
      { name: "Unavailable", code: "read-model-unavailable" },
    );
    await sql.end({ timeout: 0 });
  });

  await step("fails for a view that the service does not run", async ({ start }) => {
    await using projections = await start([]);
    await assert.rejects(
      async () => await projections.wait(accountView, { position: 1, waitMs: 0 }),
      /Cannot wait for view "accounts": service "bank" does not run it/,
    );
  });
});

/** A log whose subscriptions hand over so many events, and then nothing any more. */
function silentAfter(log: EventLog, events: number): EventLog {
  return {
    append: log.append,
    read: log.read,
    readAll: log.readAll,
    head: () => log.head(),
    identity: () => log.identity(),
    async *subscribe(options) {
      let handed = 0;
      for await (const batch of log.subscribe(options)) {
        handed += batch.events.length;
        if (handed > events) await new Promise((resolve) => options.signal.onabort = resolve);
        if (options.signal.aborted) return;
        yield batch;
      }
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
