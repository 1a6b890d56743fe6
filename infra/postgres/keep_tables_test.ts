import assert from "node:assert/strict";
import { silentLog } from "@headwater/core";
import { eventually, manualClock } from "@headwater/testing";
import { keepTables } from "./keep_tables.ts";

function scene() {
  const clock = manualClock();
  const told: string[] = [];
  const migrating: PromiseWithResolvers<readonly string[]>[] = [];
  const note = (level: string) => (message: string) => told.push(`${level}: ${message}`);
  const tables = keepTables({
    service: "shop",
    migrate() {
      const one = Promise.withResolvers<readonly string[]>();
      migrating.push(one);
      return one.promise;
    },
    logger: { ...silentLog, warn: note("warn"), error: note("error") },
    clock,
  });
  return { clock, told, migrating, tables };
}

Deno.test("however many miss a table, it is made once, and that is told once", async () => {
  const { told, migrating, tables } = scene();
  for (let times = 0; times < 5; times++) tables.missed();
  assert.equal(migrating.length, 1);
  migrating[0]!.resolve(["books"]);
  await eventually("its being told", () => told.length > 0);
  // Of those who had asked before
  tables.missed();
  assert.equal(migrating.length, 1);
  await tables[Symbol.asyncDispose]();
  assert.deepEqual(told, ["warn: Tables were gone, and are made anew"]);
});

Deno.test("a table that cannot be made is tried again once a second, and told of once a minute", async () => {
  const { clock, told, migrating, tables } = scene();
  for (let seconds = 0; seconds < 61; seconds++) {
    await eventually("the next try", () => {
      tables.missed();
      return migrating.length === seconds + 1;
    });
    migrating[seconds]!.reject(new Error("no schema"));
    await Promise.resolve();
    await clock.advance(1_000);
  }
  await tables[Symbol.asyncDispose]();
  assert.deepEqual(told, Array(2).fill("error: Tables are gone, and cannot be made anew"));
  tables.missed();
  assert.equal(migrating.length, 61);
});
