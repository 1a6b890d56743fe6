import assert from "node:assert/strict";
import { column, type View, view } from "@headwater/core";
import type { Projections } from "@headwater/projections";
import type { Sql } from "postgres";
import { accountDefinition, accountView } from "./account_view.ts";
import { deposit } from "./breakable_view.ts";
import {
  append,
  appendMany,
  begun,
  caughtUp,
  connectRobustly,
  limitMs,
  projectionTests,
  pureFold,
  randomOf,
  tableRows,
  type TestBed,
  until,
} from "./test_bed.ts";

const { key, evolve } = accountView;

/** Has what the first one has, and more. */
const richer = view({
  ...accountDefinition,
  version: 2,
  columns: { ...accountDefinition.columns, events: column.integer() },
  key,
  evolve(row, event, key) {
    const after = evolve(row, event, key);
    return after && { ...after, events: (row?.events ?? 0) + 1 };
  },
});
const { label: _label, ...fewer } = accountDefinition.columns;
/** Lacks what the first one has. */
const poorer = view({
  ...accountDefinition,
  version: 2,
  columns: fewer,
  key,
  evolve(row, event, key) {
    const { label: _label, ...after } = evolve(row && { ...row, label: null }, event, key) ?? {};
    return "accountId" in after ? after as never : undefined;
  },
});

async function statusesOf(sql: Sql): Promise<string> {
  const rows = await sql<{ version: number; status: string }[]>`
    select version, status from projection_generation where status <> 'dropped'
    order by generation`;
  return rows.map(({ version, status }) => `version ${version} is ${status}`).join(", ");
}

/** What was appended is read, by a release as it reads. */
async function follows({ log }: TestBed, view: View, projections: Projections & { sql: Sql }) {
  const position = await append(log, "account-1", deposit(1));
  const { reached } = await projections.wait(view, { position, waitMs: limitMs });
  assert.ok(reached);
  assert.deepEqual(await tableRows(view, projections.sql), await pureFold(view, log));
}

projectionTests("releases beside each other", async (step) => {
  await step("both read what the newer one has built, where it has all columns", async (bed) => {
    const { log, sql, start } = bed;
    await appendMany(log, { count: 100, random: randomOf(1) });
    await using older = await start([accountView]);
    await caughtUp(older, { view: accountView, log });
    await using newer = await start([richer]);
    for (
      let times = 0;
      await statusesOf(sql) !== "version 1 is retired, version 2 is live";
      times++
    ) {
      await follows(bed, accountView, older);
      assert.ok(times < 1_000, await statusesOf(sql));
    }
    await follows(bed, richer, newer);
    await follows(bed, accountView, older);
    // One that starts now changes nothing
    await using late = await start([accountView]);
    await follows(bed, accountView, late);
    // What the owner says of itself after a switch is heard within a second
    await until(async () => {
      const { signal } = new AbortController();
      const all = await Promise.allSettled(
        late.checks.map(async ({ check }) => await check(signal)),
      );
      return all.every(({ status }) => status === "fulfilled") || JSON.stringify(all);
    });
    assert.equal(await statusesOf(sql), "version 1 is retired, version 2 is live");
  });

  await step("what is left behind by a release is told, and is nothing to warn of", async (bed) => {
    const { log, sql, start } = bed;
    const older = await start([accountView]);
    await caughtUp(older, { view: accountView, log });
    await using newer = await start([richer]);
    await until(async () => {
      const found = await statusesOf(sql);
      return found === "version 1 is retired, version 2 is live" || found;
    });
    await older[Symbol.asyncDispose]();
    const expected =
      'No process runs version 1 of "accounts": drop "accounts", unless that release comes back';
    await until(() => {
      const cause = newer.status().find(({ version }) => version === 1)?.cause;
      return cause === expected || String(cause);
    });
    const [{ check } = assert.fail()] = newer.checks;
    assert.deepEqual(await check(new AbortController().signal), {});
  });

  await step("the older one says that it is outdated where columns are gone", async (bed) => {
    const { log, sql, start } = bed;
    await appendMany(log, { count: 100, random: randomOf(2) });
    await using older = await start([accountView]);
    await caughtUp(older, { view: accountView, log });
    await using newer = await start([poorer]);
    await caughtUp(newer, { view: poorer, log });
    await until(async () => {
      const found = await statusesOf(sql);
      return found === "version 1 is retired, version 2 is live" || found;
    });
    await follows(bed, poorer, newer);
    const wait = () => older.wait(accountView, { position: undefined, waitMs: limitMs });
    await until(async () => await wait().then(() => "it answers", () => true));
    await assert.rejects(wait(), { code: "read-model-outdated" });
  });

  await step(
    "a release that may make no tables serves what there is, and says why",
    async (bed) => {
      const { log, sql, start } = bed;
      await using older = await start([accountView]);
      await appendMany(log, { count: 50, random: randomOf(3) });
      await caughtUp(older, { view: accountView, log });
      await sql.unsafe(`
      create role limited login password 'limited';
      grant usage on schema public to limited;
      grant select, insert, update, delete on all tables in schema public to limited`);
      const url = new URL(bed.url);
      [url.username, url.password] = ["limited", "limited"];
      const again = view({ ...accountDefinition, version: 2, key, evolve });
      await using newer = await start([again], { url: url.href });
      await follows(bed, again, newer);
      await until(() => {
        const causes = newer.status().map(({ cause }) => cause);
        return causes.includes("permission denied for schema public") || JSON.stringify(causes);
      });
      await follows(bed, accountView, older);
      assert.equal(await statusesOf(sql), "version 1 is live");
      await sql.unsafe(`
      grant all on schema public to limited;
      do $$ declare each_table text; begin
        for each_table in select tablename from pg_tables where schemaname = 'public' loop
          execute format('alter table %I owner to limited', each_table);
        end loop;
        alter view account owner to limited;
      end $$`);
      await until(async () => {
        const found = await statusesOf(sql);
        return found === "version 1 is retired, version 2 is live" || found;
      });
      await follows(bed, again, newer);
    },
  );

  await step("a disk that is full during a build leaves what is read as it is", async (bed) => {
    const { log, sql, start } = bed;
    await appendMany(log, { count: 100, random: randomOf(4) });
    await using projections = await start([accountView]);
    await caughtUp(projections, { view: accountView, log });
    await sql.unsafe(`
      create function fill_disk() returns trigger language plpgsql as $$ begin
        raise exception 'No space left on device' using errcode = '53100';
      end $$;
      create function be_full() returns event_trigger language plpgsql as $$ declare
        made record;
      begin
        for made in
          select object_identity from pg_event_trigger_ddl_commands() where object_type = 'table'
        loop
          execute format('create trigger full_disk before insert on %s for each row execute function fill_disk()',
            made.object_identity);
        end loop;
      end $$;
      create event trigger fill on ddl_command_end when tag in ('CREATE TABLE')
        execute function be_full()`);
    await begun(sql, accountView);
    await until(() => {
      const causes = projections.status().map(({ cause }) => cause);
      return causes.some((cause) => cause?.includes("No space left on device")) ||
        JSON.stringify(causes);
    });
    await follows(bed, accountView, projections);
    assert.equal(await statusesOf(sql), "version 1 is live, version 1 is building");
    await sql.unsafe(`drop event trigger fill; drop function fill_disk cascade`);
    await until(async () => {
      const found = await statusesOf(sql);
      return found === "version 1 is retired, version 1 is live" || found;
    });
    await follows(bed, accountView, projections);
  });

  await step("a database that is dropped and made again is filled again", async (bed) => {
    const { log, server, url, start } = bed;
    await appendMany(log, { count: 50, random: randomOf(5) });
    await using projections = await start([accountView]);
    await caughtUp(projections, { view: accountView, log });
    const name = new URL(url).pathname.slice(1);
    const admin = connectRobustly(server.url);
    await admin.unsafe(`drop database ${name} with (force)`);
    await until(() => projections.status().every(({ cause }) => cause !== null));
    await admin.unsafe(`create database ${name}`);
    await admin.end({ timeout: 1 });
    await until(async () => {
      try {
        await follows(bed, accountView, projections);
        return true;
      } catch (error) {
        return String(error);
      }
    });
  });
}, { leavesTimers: true });
