import assert from "node:assert/strict";
import { type View, view } from "@headwater/core";
import { setTimeout } from "node:timers/promises";
import type { Sql } from "postgres";
import { accountDefinition, accountView } from "./account_view.ts";
import { deposit, rename } from "./breakable_view.ts";
import {
  append,
  caughtUp,
  projectionTests,
  pureFold,
  randomOf,
  statusOf,
  tableRows,
  type TestBed,
  type TestProjections,
  until,
} from "./test_bed.ts";

const accounts = 12;
const acts = 150;

/** An account view to which some events are a riddle; the rows of some balances are refused. */
function riddled() {
  const riddles = new Set<string>();
  const made: View = view({
    ...accountDefinition,
    key: accountView.key,
    evolve(row, event, key) {
      if (riddles.has(`${key} ${event.revision}`)) throw new Error("a riddle");
      const after = accountView.evolve(row, event, key);
      const isRefused = after && riddles.has(`${key} refused`) && after.movements % 3 === 1;
      return isRefused ? { ...after, balance: 2 ** 60 } : after;
    },
  });
  return { view: made, riddles };
}

async function askAtRandom(sql: Sql, random: () => number): Promise<void> {
  const account = String(Math.floor(random() * accounts));
  await despiteDeadlocks(() =>
    sql`
    update projection_letter set due = 'retry' where key = ${account} and dropped_at is null`
  );
}

/** Who tries the letters goes another way through them: PostgreSQL may end one of the two. */
async function despiteDeadlocks(update: () => PromiseLike<unknown>): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      await update();
      return;
    } catch (error) {
      const isDeadlock = error instanceof Error && "code" in error && error.code === "40P01";
      if (!isDeadlock || attempt === 20) throw error;
    }
  }
}

/** In each row is every event of its key up to the first letter, and all after it are letters. */
async function assertNothingLost({ log, sql }: TestBed, view: View): Promise<void> {
  const count = async (query: PromiseLike<readonly { count: number }[]>) => (await query)[0]!.count;
  let events = 0;
  for await (const page of log.readAll({ categories: ["account"] })) events += page.length;
  const letters = await count(sql<{ count: number }[]>`
    select count(*)::integer as count from projection_letter`);
  const rows: readonly { readonly lastRevision: number }[] = await tableRows(view, sql);
  const applied = rows.reduce((sum, { lastRevision }) => sum + lastRevision + 1, 0);
  assert.equal(applied + letters, events);
}

/** Whatever befalls a read model for a while, then nothing does, and it must be what a fold from scratch gives. */
async function ordeal(bed: TestBed, seed: number): Promise<void> {
  const { log, sql, start } = bed;
  const random = randomOf(seed);
  const { view, riddles } = riddled();
  let projections: TestProjections = await start([view]);
  const misfortunes: readonly (() => unknown)[] = [
    () => riddles.add(`${Math.floor(random() * accounts)} ${Math.floor(random() * 30)}`),
    () => riddles.add(`${Math.floor(random() * accounts)} refused`),
    () => riddles.delete([...riddles][Math.floor(random() * riddles.size)] ?? ""),
    () => askAtRandom(sql, random),
    () => askAtRandom(sql, random),
    () => setTimeout(random() * 30),
    () =>
      sql`select pg_terminate_backend(pid) from pg_stat_activity
        where query ~ 'projection_' and pid <> pg_backend_pid()`,
    async () => {
      await projections[Symbol.asyncDispose]();
      projections = await start([view]);
    },
  ];
  await until(async () =>
    (await sql`select to_regclass('projection_letter') as at`)[0]?.at !== null
  );
  for (let act = 0; act < acts; act++) {
    for (let count = random() * 6; count > 0; count--) {
      const event = random() < 0.2 ? rename : deposit(Math.floor(random() * 100));
      await append(log, `account-${Math.floor(random() * accounts)}`, event);
    }
    if (random() < 0.3) await misfortunes[Math.floor(random() * misfortunes.length)]!();
  }
  await caughtUp(projections, { view, log });
  await assertNothingLost(bed, view);

  riddles.clear();
  await until(async () => {
    await despiteDeadlocks(() => sql`update projection_letter set due = 'retry'`);
    return statusOf(projections, "accounts").parkedKeys === 0;
  });
  await caughtUp(projections, { view, log });
  await projections[Symbol.asyncDispose]();
  assert.deepEqual(await tableRows(view, sql), await pureFold(accountView, log));
}

projectionTests("whatever befalls a read model that cannot take some events", async (step) => {
  for (const seed of [5, 8]) {
    await step(
      `no event is lost, none is applied twice (seed ${seed})`,
      (bed) => ordeal(bed, seed),
    );
  }
});
