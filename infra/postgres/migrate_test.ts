import { deepEqual, equal, rejects } from "node:assert/strict";
import { silentLog } from "@headwater/core";
import { connect } from "./connect.ts";
import { ensureDatabase } from "./ensure_database.ts";
import { migrate } from "./migrate.ts";
import type { Migration } from "./migration.ts";
import { databaseTests } from "./testing/database_tests.ts";

const logger = silentLog;
const items: Migration = {
  name: "0001-items",
  sql: "create table items (id int); create index on items (id)",
};
const tags: Migration = {
  name: "0002-tags",
  sql: ["create table tags (id int)", "insert into tags values (1)"],
};

databaseTests("databases and their migrations", async (step) => {
  await step("a database is created once, however many ask at once", async ({ server }) => {
    const urls = await Promise.all(
      Array.from(
        { length: 8 },
        () => ensureDatabase({ adminUrl: server.url, name: "order", logger }),
      ),
    );
    equal(new Set(urls).size, 1);
    const sql = connect({ url: urls[0]!, name: "test", logger });
    deepEqual([...await sql`select current_database() as name`], [{ name: "order" }]);
    await sql.end();
  });

  await step("a server that is not there is named as the reason", async () => {
    await rejects(
      ensureDatabase({ adminUrl: "postgres://nobody@127.0.0.1:1/x", name: "order", logger }),
      /Cannot create database "order": .*ECONNREFUSED/,
    );
  });

  await step("migrations are applied in order, once", async ({ sql }) => {
    deepEqual(await migrate(sql, { service: "s", migrations: [items] }), ["0001-items"]);
    deepEqual(await migrate(sql, { service: "s", migrations: [items, tags] }), ["0002-tags"]);
    deepEqual(await migrate(sql, { service: "s", migrations: [items, tags] }), []);
    deepEqual([...await sql`select id from tags`], [{ id: 1 }]);
  });

  await step("processes that start at once take turns", async ({ sql, url }) => {
    const pools = Array.from(
      { length: 6 },
      () => connect({ url, name: "racer", max: 1, logger }),
    );
    const applied = await Promise.all(
      pools.map((pool) => migrate(pool, { service: "s", migrations: [items, tags] })),
    );
    await Promise.all(pools.map((pool) => pool.end()));
    deepEqual(applied.flat().sort(), ["0001-items", "0002-tags"]);
    deepEqual([...await sql`select id from tags`], [{ id: 1 }]);
  });

  await step("a migration that fails is named and leaves nothing behind", async ({ sql }) => {
    const broken = { name: "0002-broken", sql: "create table half (id int); select 1 / 0" };
    await rejects(
      migrate(sql, { service: "s", migrations: [items, broken] }),
      /Cannot migrate "s": migration "0002-broken" failed: division by zero/,
    );
    deepEqual([...await sql`select to_regclass('half')::text as half`], [{ half: null }]);
    deepEqual(await migrate(sql, { service: "s", migrations: [items, tags] }), ["0002-tags"]);
  });

  await step("a migration that was changed afterwards is refused", async ({ sql }) => {
    await migrate(sql, { service: "s", migrations: [items] });
    await rejects(
      migrate(sql, {
        service: "s",
        migrations: [{ ...items, sql: "create table others (id int)" }],
      }),
      /migration "0001-items" was changed after it was applied/,
    );
  });

  await step("a migration put before an applied one is refused", async ({ sql }) => {
    await migrate(sql, { service: "s", migrations: [tags] });
    await rejects(
      migrate(sql, { service: "s", migrations: [items, tags] }),
      /migration "0001-items" comes before "0002-tags", which is applied already/,
    );
  });

  await step("what a part of the service has of its own may come at any time", async ({ sql }) => {
    const own = { name: "0001-own", owner: "part", sql: "alter table items add column note text" };
    await migrate(sql, { service: "s", migrations: [items, tags] });
    deepEqual(await migrate(sql, { service: "s", migrations: [items, own, tags] }), ["0001-own"]);
    const more = { name: "0003-more", sql: "create table more (id int)" };
    deepEqual(await migrate(sql, { service: "s", migrations: [items, own, tags, more] }), [
      "0003-more",
    ]);
    deepEqual(await migrate(sql, { service: "s", migrations: [items, tags] }), []);
  });

  await step("a database that a newer release has migrated is left alone", async ({ sql }) => {
    await migrate(sql, { service: "s", migrations: [items, tags] });
    deepEqual(await migrate(sql, { service: "s", migrations: [items] }), []);
  });

  await step("tables that may be lost are made anew once one is gone", async ({ sql }) => {
    const made = (table: string, more: Partial<Migration>): Migration => ({
      ...{ name: table, sql: `create table ${table} (id int)`, tables: [table] },
      ...more,
    });
    const migrations = [
      made("first", { sql: "create table first (id int); create table second (id int)" }),
      items,
      made("noted", { owner: "part", sql: "alter table second add note text", tables: ["second"] }),
      made("apart", { owner: "part" }),
    ];
    // What one makes stands or falls together
    const [first, ...others] = migrations;
    const all = [{ ...first!, tables: ["first", "second"] }, ...others];
    const again = () => migrate(sql, { service: "s", migrations: all });
    deepEqual(await again(), ["first", "0001-items", "noted", "apart"]);
    await sql`insert into first values (1)`;
    await sql`insert into apart values (1)`;
    await sql`insert into items values (1)`;
    deepEqual(await again(), []);
    await sql`drop table second`;
    deepEqual((await Promise.all([again(), again()])).flat(), ["first", "noted"]);
    deepEqual([...await sql`select first.id, second.id, note from first, second`], []);
    deepEqual([...await sql`select apart.id from apart, items`], [{ id: 1 }]);
    await sql`drop table apart`;
    deepEqual(await again(), ["apart"]);
    await sql`drop table items`;
    deepEqual(await again(), []);
  });

  await step("services that share a database have histories of their own", async ({ sql }) => {
    await migrate(sql, { service: "a", migrations: [items] });
    deepEqual(await migrate(sql, { service: "b", migrations: [{ ...items, sql: "select 1" }] }), [
      "0001-items",
    ]);
  });
});
