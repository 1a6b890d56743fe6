import assert from "node:assert/strict";
import { type View, view } from "@headwater/core";
import type { Projections } from "@headwater/projections";
import type { Sql } from "postgres";
import { startSilentProxy } from "../postgres/silent_proxy.ts";
import { accountDefinition, accountView } from "./account_view.ts";
import {
  appendMany,
  begun,
  caughtUp,
  projectionTests,
  pureFold,
  randomOf,
  tableRows,
  type TestBed,
  until,
} from "./test_bed.ts";

/** In milliseconds: what operators are promised. */
const longestMove = 6_000;

const views = releaseOf(1);

function releaseOf(version: number): readonly View[] {
  const { key, evolve } = accountView;
  return ["one", "two", "three", "four"].map((name) =>
    view({ ...accountDefinition, name, version, table: `account_${name}`, key, evolve })
  );
}

/** Waits until these processes have so many generations each, and no other has any. */
async function shared(sql: Sql, wanted: Readonly<Record<string, number>>): Promise<void> {
  await until(async () => {
    const rows = await sql<{ owner: string; count: number }[]>`
      select owner, count(*)::integer as count from projection_generation
      where status <> 'dropped' and lease_until > clock_timestamp()
      group by owner order by owner`;
    const found = JSON.stringify(rows.map(({ owner, count }) => [owner, count]));
    return found === JSON.stringify(Object.entries(wanted)) || found;
  });
}

/** How often each generation has changed hands. */
async function epochs(sql: Sql): Promise<readonly number[]> {
  const rows = await sql<{ epoch: number }[]>`
    select epoch from projection_generation where status <> 'dropped' order by name, generation`;
  return rows.map(({ epoch }) => epoch);
}

projectionTests("read models of several processes", async (step) => {
  async function areWhole(projections: Projections, { log, sql }: TestBed, all = views) {
    for (const view of all) {
      await caughtUp(projections, { view, log });
      assert.deepEqual(await tableRows(view, sql), await pureFold(view, log));
    }
  }

  await step("are shared, and stay where they are then", async (bed) => {
    const { log, sql, start } = bed;
    await using one = await start(views, { owner: "a" });
    await shared(sql, { a: 4 });
    await using other = await start(views, { owner: "b" });
    await shared(sql, { a: 2, b: 2 });
    const before = await epochs(sql);
    // As the roll is called several times
    for (let rows = 200; rows <= 600; rows += 200) {
      await appendMany(log, { count: 200, random: randomOf(rows) });
      await areWhole(one, bed);
      await areWhole(other, bed);
    }
    assert.deepEqual(await epochs(sql), before);
  });

  await step("stay where they are when no other process runs their release", async (bed) => {
    const { log, sql, start } = bed;
    await using _one = await start(views, { owner: "a" });
    await using _other = await start(views, { owner: "b" });
    await shared(sql, { a: 2, b: 2 });
    const newer = releaseOf(2);
    await using third = await start(newer, { owner: "c" });
    await areWhole(third, bed, newer);
    await shared(sql, { a: 2, b: 2, c: 4 });
    const before = await epochs(sql);
    for (let rows = 200; rows <= 600; rows += 200) {
      await appendMany(log, { count: 200, random: randomOf(rows) });
      await areWhole(third, bed, newer);
    }
    assert.deepEqual(await epochs(sql), before);
  });

  await step("go to another process when one stops", async (bed) => {
    const { log, sql, start } = bed;
    await using one = await start(views, { owner: "a" });
    const other = await start(views, { owner: "b" });
    await shared(sql, { a: 2, b: 2 });
    const appending = appendMany(log, { count: 400, random: randomOf(2) });
    await other[Symbol.asyncDispose]();
    const stoppedAt = performance.now();
    await shared(sql, { a: 4 });
    const ms = performance.now() - stoppedAt;
    assert.ok(ms < longestMove, `they were without an owner for ${ms} ms`);
    await appending;
    await areWhole(one, bed);
  });

  await step(
    "go to another process when one is cut off, which changes nothing then",
    async (bed) => {
      const { log, sql, start } = bed;
      const url = new URL(bed.url);
      await using proxy = startSilentProxy(Number(url.port));
      url.port = String(proxy.port);
      await using one = await start(views, { owner: "a" });
      await using other = await start(views, { owner: "b", url: url.href });
      await shared(sql, { a: 2, b: 2 });
      const random = randomOf(3);
      const appending = appendMany(log, { count: 400, random });
      const silentAt = performance.now();
      proxy.beSilent(true);
      await shared(sql, { a: 4 });
      const ms = performance.now() - silentAt;
      assert.ok(ms < longestMove, `they were without an owner for ${ms} ms`);
      await appending;
      await areWhole(one, bed);
      // What it has sent meanwhile is done now
      proxy.beSilent(false);
      await shared(sql, { a: 2, b: 2 });
      await appendMany(log, { count: 100, random });
      await areWhole(one, bed);
      await areWhole(other, bed);
    },
  );

  await step("are not written by who has lost the lease without knowing it", async (bed) => {
    const { log, sql, start } = bed;
    const appending = appendMany(log, { count: 600, random: randomOf(4) });
    await using one = await start(views, { owner: "a" });
    await shared(sql, { a: 4 });
    // All at once, since who was robbed looks a second later
    for (let times = 0; times < 2; times++) {
      const stolen = await sql<{ name: string; position: string }[]>`
        update projection_generation set owner = 'thief', epoch = epoch + 1,
          lease_until = clock_timestamp() + interval '100 ms'
        where status <> 'dropped' returning name, position`;
      assert.equal(stolen.length, views.length);
      await until(async () => {
        const found = await sql<{ name: string; owner: string; position: string }[]>`
          select name, owner, position from projection_generation where status <> 'dropped'`;
        for (const { name, position } of found.filter(({ owner }) => owner === "thief")) {
          assert.equal(position, stolen.find((each) => each.name === name)?.position);
        }
        return found.every(({ owner }) => owner === "a") || JSON.stringify(found);
      });
    }
    await appending;
    await areWhole(one, bed);
  });

  await step("stay with the process that compares them, however long that takes", async (bed) => {
    const { log, sql, start } = bed;
    await appendMany(log, { count: 50, random: randomOf(5) });
    await using one = await start([accountView], { owner: "a" });
    await using other = await start([accountView], { owner: "b" });
    await caughtUp(one, { view: accountView, log });
    await sql.unsafe(`
      create function take_long() returns event_trigger language plpgsql as $$ begin
        if exists (
          select from pg_event_trigger_ddl_commands() where object_identity like '%\\_\\_before'
        ) then
          perform pg_sleep(7);
        end if;
      end $$;
      create event trigger slow on ddl_command_end when tag in ('CREATE TABLE AS')
        execute function take_long()`);
    await begun(sql, accountView);
    let before = "";
    await until(async () => {
      const [built] = await sql<{ status: string; owner: string; epoch: number }[]>`
        select status, owner, epoch from projection_generation where generation = 2`;
      const { status, owner, epoch } = built!;
      if (status === "live") return true;
      const now = `${owner} in epoch ${epoch}`;
      if (status === "verifying" && before !== "") assert.equal(now, before);
      if (status === "verifying") before = now;
      return status;
    });
    assert.notEqual(before, "");
    for (const projections of [one, other]) await areWhole(projections, bed, [accountView]);
  });
});
