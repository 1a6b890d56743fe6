import assert from "node:assert/strict";
import { acts, type EventLog } from "@headwater/core";
import { openEventLog } from "@headwater/event-store";
import { projectionsActs, type ProjectionStatus } from "@headwater/projections";
import type { Sql } from "postgres";
import { accountView } from "./account_view.ts";
import {
  append,
  caughtUp,
  projectionTests,
  pureFold,
  tableRows,
  type TestBed,
  type TestProjections,
  until,
} from "./test_bed.ts";

const { signal } = new AbortController();

/** So many deposits to a few accounts. */
async function deposit(log: EventLog, count: number): Promise<void> {
  for (let number = 0; number < count; number++) {
    await append(log, `account-${number % 7}`, { type: "Deposited", data: { amount: number } });
  }
}

/** What the operators' command says of the one read model, and how it ended. */
async function operate(sql: Sql, words: readonly string[], log: EventLog) {
  let text = "";
  const code = await acts.operatorsCommand(projectionsActs, words, {
    context: {
      databases: [{ service: "bank", sql, views: [accountView] }],
      head: () => log.head(),
    },
    print: (more) => text += more,
    isTerminal: false,
  });
  return { code, text };
}

async function storedStatus(sql: Sql, log: EventLog): Promise<ProjectionStatus> {
  const { text } = await operate(sql, ["status", "--json"], log);
  return JSON.parse(text).at(-1);
}

/** It says so wherever it can be asked, and has no rows of the log that there is now. */
async function assertStandsStill(
  projections: TestProjections,
  { log, said, rows }: { readonly log: EventLog; readonly said: RegExp; readonly rows: unknown },
): Promise<void> {
  const { sql } = projections;
  // What is stored follows what the worker knows
  await until(async () => {
    const { state, cause } = await storedStatus(sql, log);
    return state === "other-log" && said.test(cause ?? "");
  });
  for (const status of [projections.status()[0]!, await storedStatus(sql, log)]) {
    const { state, cause, needsRebuild, caughtUp } = status;
    assert.deepEqual([state, needsRebuild, caughtUp], ["other-log", true, false]);
    assert.match(cause ?? "", said);
    assert.match(cause ?? "", /: rebuild "accounts", or put the log back that it was filled from$/);
  }
  assert.match((await operate(sql, ["status"], log)).text, /other-log .* needs a rebuild: Cannot/);
  await assert.rejects(async () => await projections.checks[0]!.check(signal), said);
  for (const position of [1, undefined]) {
    const asked = projections.wait(accountView, { position, waitMs: 0 });
    await assert.rejects(asked, { code: "read-model-outdated" });
  }
  assert.deepEqual(await tableRows(accountView, sql), rows);
}

/** Fills the read model from a log, and says what it holds then. */
async function filledFrom(log: EventLog, { start, sql }: TestBed): Promise<unknown> {
  await using projections = await start([accountView], { log });
  await caughtUp(projections, { view: accountView, log });
  return await tableRows(accountView, sql);
}

projectionTests("in another log than it was filled from a read model", async (step) => {
  await step(
    "stands still, an older copy or not, until it is rebuilt",
    async (bed) => {
      const folder = await Deno.makeTempDir({ prefix: "headwater-other-log-" });
      const path = `${folder}/events.sqlite`;
      async function within<Result>(work: (log: EventLog) => Promise<Result>): Promise<Result> {
        await using log = openEventLog({ path });
        return await work(log);
      }
      try {
        await within((log) => deposit(log, 43));
        await Deno.copyFile(path, `${path}.copy`);
        const rows = await within(async (log) => {
          await deposit(log, 70);
          return await filledFrom(log, bed);
        });

        await Deno.rename(`${path}.copy`, path);
        await within(async (log) => {
          await using projections = await bed.start([accountView], { log });
          const said = /after position 113: event ".*" was read there, this event log has no event/;
          await assertStandsStill(projections, { log, said, rows });
          await deposit(log, 150);
          const later = /after position 113: event ".*" was read .* this event log has event ".*"/;
          await until(() => later.test(projections.status().at(-1)?.cause ?? ""));
          await assertStandsStill(projections, { log, said: later, rows });
        });
        await within(async (log) => {
          await using projections = await bed.start([accountView], { log });
          await assertStandsStill(projections, { log, said: /after position 113/, rows });
          const { code, text } = await operate(bed.sql, ["rebuild", "accounts"], log);
          assert.equal(code, 0, text);
          await caughtUp(projections, { view: accountView, log });
          assert.deepEqual(await tableRows(accountView, bed.sql), await pureFold(accountView, log));
          const { needsRebuild, cause, position } = projections.status().at(-1)!;
          assert.deepEqual([needsRebuild, cause, position], [false, null, 193]);
        });
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  );

  await step(
    "stands still, also in the middle of a rebuild, and goes on once it is back",
    async (bed) => {
      const { log, start, sql } = bed;
      await deposit(log, 20);
      const rows = await filledFrom(log, bed);
      await using other = openEventLog({ path: ":memory:" });
      await deposit(other, 300);
      for (const status of ["live", "building"]) {
        await sql`update projection_generation set status = ${status}`;
        await using projections = await start([accountView], { log: other });
        const said = new RegExp(`event log "${await log.identity()}" was read up to there`);
        await assertStandsStill(projections, { log: other, said, rows });
      }
      await deposit(log, 5);
      await using projections = await start([accountView]);
      await caughtUp(projections, { view: accountView, log });
      assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
      const found = await sql`select generation from projection_generation`;
      assert.equal(found.length, 1, "without a rebuild");
    },
  );

  await step("is not shown as its own while another process fills it from there", async (bed) => {
    const { log, start } = bed;
    await deposit(log, 20);
    await using first = await start([accountView], { owner: "first" });
    await caughtUp(first, { view: accountView, log });
    await using other = openEventLog({ path: ":memory:" });
    await deposit(other, 300);
    {
      await using second = await start([accountView], { log: other, owner: "second" });
      const said = /Process "first" fills "accounts" from event log ".*", this is event log/;
      await until(() => said.test(second.status()[0]?.cause ?? ""));
      await assert.rejects(async () => await second.checks[0]!.check(signal), said);
      for (const position of [1, undefined]) {
        const asked = second.wait(accountView, { position, waitMs: 0 });
        await assert.rejects(asked, { code: "read-model-outdated" });
      }
    }
    await deposit(log, 5);
    await using third = await start([accountView], { owner: "third" });
    await until(async () =>
      (await third.wait(accountView, { position: undefined, waitMs: 0 })).reached
    );
    assert.equal(first.status()[0]!.cause, null);
    assert.equal(third.status()[0]!.cause, null);
  });

  await step("is not gone back to, and goes when it is dropped", async (bed) => {
    await deposit(bed.log, 20);
    await filledFrom(bed.log, bed);
    await using log = openEventLog({ path: ":memory:" });
    await deposit(log, 5);
    await using projections = await bed.start([accountView], { log });
    await until(async () => (await storedStatus(bed.sql, log)).state === "other-log");
    assert.equal((await operate(bed.sql, ["rebuild", "accounts"], log)).code, 0);
    const advice = /: drop "accounts", unless you put the log back that it was filled from$/;
    await until(() => projections.status().some(({ cause }) => advice.test(cause ?? "")));
    const back = await operate(bed.sql, ["rollback", "accounts"], log);
    const refusal = 'Cannot rollback "accounts": generation 1 was filled from another event log';
    assert.deepEqual([back.code, back.text.trim()], [2, refusal]);
    await caughtUp(projections, { view: accountView, log });
    assert.deepEqual(await tableRows(accountView, bed.sql), await pureFold(accountView, log));
    assert.equal((await operate(bed.sql, ["drop", "accounts"], log)).code, 0);
    await until(() => projections.status().length === 1);
  });

  await step("is not served while nobody can tell whether it still is", async (bed) => {
    const { log, start } = bed;
    await deposit(log, 3);
    const rows = await filledFrom(log, bed);
    await using other = openEventLog({ path: ":memory:" });
    await deposit(other, 3);
    {
      await using projections = await start([accountView], { log: other });
      await assertStandsStill(projections, { log: other, said: /was read up to there/, rows });
    }
    const away = openEventLog({ path: ":memory:" });
    await away[Symbol.asyncDispose]();
    await using projections = await start([accountView], { log: away });
    await assertStandsStill(projections, { log: other, said: /was read up to there/, rows });
  });
});

projectionTests("a checkpoint of an earlier release", async (step) => {
  /** As that left it: a table of its own for each read model, and checkpoints without marks. */
  async function leftByEarlierRelease(bed: TestBed): Promise<void> {
    await deposit(bed.log, 10);
    await filledFrom(bed.log, bed);
    await bed.sql.unsafe(`
      drop view account;
      alter table account__1 rename to account;
      create table projection_checkpoint as
      select name, version, 0 as epoch, position, false as filling, state, cause, since, caught_up,
        behind_since, replayed, target, events_per_second, updated_at
      from projection_generation;
      drop table projection_generation`);
  }

  async function markIn(sql: Sql): Promise<Record<string, unknown>> {
    const [found] = await sql<{ mark: string }[]>`select mark from projection_generation`;
    return JSON.parse(found?.mark ?? "{}");
  }

  await step("learns by what it is known, without a rebuild", async (bed) => {
    const { log, sql, start } = bed;
    await leftByEarlierRelease(bed);
    await using projections = await start([accountView]);
    await caughtUp(projections, { view: accountView, log });
    const [events] = await Array.fromAsync(log.readAll({ after: 9 }));
    const mark = { log: await log.identity(), position: 10, id: events![0]!.id, reached: 10 };
    await until(async () => (await markIn(sql)).position === 10);
    assert.deepEqual(await markIn(sql), mark);
    const [found] = await sql`select generation, status from projection_generation`;
    assert.deepEqual({ ...found }, { generation: 1, status: "live" });
  });

  await step("stands still where the log does not reach it", async (bed) => {
    await leftByEarlierRelease(bed);
    const rows = await tableRows(accountView, bed.sql);
    await using other = openEventLog({ path: ":memory:" });
    await deposit(other, 4);
    await using projections = await bed.start([accountView], { log: other });
    const said = /after position 10: this event log has no event there/;
    await assertStandsStill(projections, { log: other, said, rows });
  });

  await step("is believed again where that release has moved on since", async (bed) => {
    const { log, sql, start } = bed;
    await deposit(log, 10);
    await filledFrom(log, bed);
    // Its event belongs to another read model, so that no row has to change
    const position = await append(log, "other-1", { type: "Happened", data: {} });
    await sql`update projection_generation set position = ${position}`;
    await using projections = await start([accountView]);
    await until(async () => (await markIn(sql)).position === position);
    assert.deepEqual(projections.status()[0]?.state, "live");
  });
});
