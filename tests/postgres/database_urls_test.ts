import assert from "node:assert/strict";
import { silentLog } from "@headwater/core";
import { changedUrl, connect, ensureDatabase, migrate, openDatabase } from "@headwater/postgres";
import { isInstalled, password, startDistributionPostgres } from "./distribution_postgres.ts";

const logger = silentLog;
const migrations = [{ name: "things", sql: "create table thing (id integer)" }];

Deno.test({ name: "databases as people have them", ignore: !isInstalled }, async (test) => {
  await using server = await startDistributionPostgres();
  const { adminUrl, rootCertificate, port, poolerPort } = server;
  const user = `shop:${encodeURIComponent(password)}`;
  await server.run(
    `create role shop login password '${password}'`,
    `create database "of the shop/1" owner shop`,
    "create database elsewhere",
  );

  function urlOf({ at = port, database = "postgres", query = "sslmode=require" } = {}): string {
    return `postgres://${user}@localhost:${at}/${encodeURIComponent(database)}?${query}`;
  }
  async function ask(url: string, text = "select 1 as value"): Promise<unknown[]> {
    const sql = connect({ url, name: "test", max: 1, logger });
    try {
      return [...await sql.unsafe(text)];
    } finally {
      await sql.end();
    }
  }

  for (
    const query of [
      "sslmode=require",
      "sslmode=prefer",
      "sslmode=allow&application_name=x&connection_limit=3",
      `sslmode=verify-full&sslrootcert=${rootCertificate}`,
      `sslmode=verify-ca&sslrootcert=${rootCertificate}`,
      `sslmode=require&sslrootcert=${rootCertificate}&channel_binding=require`,
      "ssl=true&channel_binding=prefer&schema=public",
      "sslmode=require&options=-c%20work_mem%3D5MB&target_session_attrs=read-write",
    ]
  ) {
    await test.step(`"${query.replace(rootCertificate, "…")}" connects`, async () => {
      assert.deepEqual(await ask(urlOf({ query })), [{ value: 1 }]);
    });
  }

  await test.step("a server whose certificate is from nobody that is trusted is refused", async () => {
    for (const query of ["sslmode=verify-full", "sslmode=require&channel_binding=require"]) {
      await assert.rejects(() => ask(urlOf({ query })), /certificate|UnknownIssuer/i, query);
    }
  });

  await test.step("a server with another name is refused, unless only its authority matters", async () => {
    const named = (mode: string) =>
      urlOf({ query: `sslmode=${mode}&sslrootcert=${rootCertificate}` })
        .replace("@localhost", "@127.0.0.1");
    assert.deepEqual(await ask(named("verify-ca")), [{ value: 1 }]);
    await assert.rejects(() => ask(named("verify-full")), /certificate|not valid|altnames/i);
  });

  await test.step("a server that wants encryption says so to who comes without", async () => {
    await assert.rejects(() => ask(urlOf({ query: "" })), /no pg_hba.conf entry/);
  });

  await test.step("no plan is compiled, whatever it seems to cost", async () => {
    assert.equal(await server.ask("show jit"), "on");
    assert.deepEqual(await ask(urlOf(), "show jit"), [{ jit: "off" }]);
  });

  await test.step("the name of a database is percent-encoded", async () => {
    const url = urlOf({ database: "of the shop/1" });
    assert.deepEqual(await ask(url, "select current_database()::text as name"), [
      { name: "of the shop/1" },
    ]);
  });

  await test.step("a pooler is recognised, and what goes through it settles", async () => {
    const url = urlOf({ at: poolerPort, database: "of the shop/1" });
    const opened = await openDatabase({ url, service: "s", migrations, logger });
    assert.equal(opened.isPooled, true);
    const sql = connect({ url: opened.url, name: "test", max: 8, logger });
    const values = await Promise.all(
      Array.from({ length: 200 }, async (_, value) => {
        const [row] = await sql<{ value: number }[]>`select ${value}::integer as value`;
        return row!.value;
      }),
    );
    assert.deepEqual(values, Array.from({ length: 200 }, (_, value) => value));
    await sql.end();
    const direct = await openDatabase({
      url: urlOf({ database: "of the shop/1" }),
      service: "s",
      migrations,
      logger,
    });
    assert.equal(direct.isPooled, false);
  });

  await test.step("who may not make databases is told which are to be made", async () => {
    await assert.rejects(
      ensureDatabase({ adminUrl: urlOf(), name: "a", names: ["a", "b", "elsewhere"], logger }),
      {
        message: 'Cannot create databases: user "shop" may not; let an administrator run: ' +
          'create database "a" owner "shop"; create database "b" owner "shop";',
      },
    );
  });

  await test.step("a database of somebody else's is refused in one line", async () => {
    await assert.rejects(
      openDatabase({ url: urlOf({ database: "elsewhere" }), service: "s", migrations, logger }),
      (error: Error) => {
        assert.match(
          error.message,
          /^Cannot use database "elsewhere": user "shop" may not make tables there, schema "public" belongs to "pg_database_owner"; let the owner run: alter database "elsewhere" owner to "shop"/,
        );
        return true;
      },
    );
  });

  await test.step("a database that is up to date is opened without waiting for anybody", async () => {
    const url = changedUrl(adminUrl, { database: "elsewhere" });
    const sql = connect({ url, name: "test", max: 2, logger });
    await migrate(sql, { service: "s", migrations });
    const locked = server.run(
      "begin; lock table headwater_migrations in row exclusive mode; select pg_sleep(2); commit",
    );
    // It holds its lock meanwhile, whatever the pace of this machine
    assert.deepEqual(await migrate(sql, { service: "s", migrations }), []);
    await locked.catch(() => {});
    await sql.end();
  });
});
