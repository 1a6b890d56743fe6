import { deepEqual, equal, throws } from "node:assert/strict";
import { changedUrl, databaseFiles, databaseUrlProblems, readDatabaseUrl } from "./database_url.ts";

Deno.test("a URL that hosters give is read", () => {
  deepEqual(
    readDatabaseUrl(
      "postgresql://me%40home:p%40ss@ep-1-pooler.eu.example.com/my%20shop?sslmode=require&channel_binding=require",
    ),
    {
      hosts: [{ host: "ep-1-pooler.eu.example.com", port: 5432 }],
      user: "me@home",
      password: "p@ss",
      database: "my shop",
      tls: {
        mode: "verify-full",
        rootCertificate: undefined,
        certificate: undefined,
        key: undefined,
      },
      isPooled: true,
      connectTimeoutMs: undefined,
      targetSession: undefined,
      session: {},
    },
  );
});

Deno.test("encryption is what libpq takes it for", () => {
  const modes = [
    ["", undefined],
    ["sslmode=disable", undefined],
    ["ssl=false", undefined],
    ["sslmode=allow", "prefer"],
    ["sslmode=prefer", "prefer"],
    ["sslmode=require", "require"],
    ["ssl=true", "require"],
    ["sslmode=require&sslrootcert=/ca.pem", "verify-ca"],
    ["sslmode=verify-ca", "verify-ca"],
    ["sslmode=verify-full", "verify-full"],
    ["sslrootcert=system", "verify-full"],
  ] as const;
  for (const [query, mode] of modes) {
    equal(readDatabaseUrl(`postgres://db/x?${query}`).tls?.mode, mode, query);
  }
});

Deno.test("a pooler is known by what is said of it, by its port or by its name", () => {
  const known = [
    ["postgres://db/x", undefined],
    ["postgres://db/x?pgbouncer=true", true],
    ["postgres://db:6432/x?pgbouncer=false", false],
    ["postgres://db:6432/x", true],
    ["postgres://db:6543/x", true],
    ["postgres://ep-1-pooler.example.com/x", true],
  ] as const;
  for (const [url, isPooled] of known) equal(readDatabaseUrl(url).isPooled, isPooled, url);
});

Deno.test("what cannot be meant is refused, with what is allowed", () => {
  const problems = [
    [
      "sslmode=bogus",
      'sslmode "bogus", allowed: disable, allow, prefer, require, verify-ca, verify-full',
    ],
    ["schema=other", 'schema "other", allowed: public'],
    ["pgbouncer=yes", 'pgbouncer "yes", allowed: true, false'],
    [
      "sslrootcert=/ca.pem",
      "sslrootcert without encryption, allowed: with sslmode=verify-full, for example",
    ],
    ["connect_timeout=soon", 'connect_timeout "soon", allowed: seconds'],
  ] as const;
  for (const [query, problem] of problems) {
    deepEqual(databaseUrlProblems(`postgres://db/x?${query}`), [problem]);
  }
  equal(
    databaseUrlProblems("postgres://db/x?sslmod=require")[0]?.split(",")[0],
    'a parameter "sslmod"',
  );
  deepEqual(databaseUrlProblems("postgres://db/x?connection_limit=1&pool_timeout=5"), []);
  throws(() => readDatabaseUrl("postgres://u:secret@db/x?sslmode=bogus"), {
    message:
      'Cannot connect to PostgreSQL at "db": the URL has sslmode "bogus", allowed: disable, allow, prefer, require, verify-ca, verify-full',
  });
});

Deno.test("another database and a pooler are put into a URL, and files taken out of it", () => {
  const url = "postgres://u@db/x?sslmode=verify-full&sslrootcert=%2Fca.pem&sslkey=me.key";
  const changed = changedUrl(url, { database: "a/b", isPooled: true });
  equal(readDatabaseUrl(changed).database, "a/b");
  equal(readDatabaseUrl(changed).isPooled, true);
  equal(changedUrl(url, { isPooled: false }), url);
  deepEqual(databaseFiles(url), ["/ca.pem", "me.key"]);
  deepEqual(databaseFiles("postgres://u@db/x"), []);
  deepEqual(databaseFiles("nonsense"), []);
});
