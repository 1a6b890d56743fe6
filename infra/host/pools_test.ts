import { deepEqual, equal, rejects } from "node:assert/strict";
import { silentLog, Unavailable } from "@headwater/core";
import { pulse, startThrowAwayPostgres } from "@headwater/postgres";
import { openPools, postgresCheck } from "./pools.ts";

Deno.test("a probe tells what was last seen of PostgreSQL, and when, and asks nothing", async () => {
  let now = 1_000;
  const heart = pulse({ now: () => now });
  const { check } = postgresCheck(heart, { now: () => now });
  const ask = () => check(new AbortController().signal);
  equal(await ask(), undefined);
  heart.answered();
  now = 4_000;
  deepEqual(await ask(), { seenAt: 1_000, trouble: undefined });
  heart.troubled(new Unavailable("It is away"));
  now = 7_000;
  await rejects(ask, { message: "It is away (3 s ago)" });
  heart.answered();
  deepEqual(await ask(), { seenAt: 7_000, trouble: undefined });
});

Deno.test("readers do not wait for workers, however busy these are", async () => {
  await using server = await startThrowAwayPostgres();
  await using pools = openPools({
    url: server.url,
    service: "order",
    pulse: pulse(),
    logger: silentLog,
  });
  let areOver = false;
  const working = Promise.allSettled(
    Array.from({ length: 8 }, () => pools.workers`select pg_sleep(2)`),
  ).then(() => areOver = true);
  for (let read = 0; read < 20; read++) await pools.routes`select ${read}::integer as value`;
  equal(areOver, false);
  await pools[Symbol.asyncDispose]();
  await working;
});
