import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { type EventLog, silentLog } from "@headwater/core";
import { openEventStoreDb } from "@headwater/eventstoredb";
import { connect, ensureDatabase, startThrowAwayPostgres } from "@headwater/postgres";
import { beginGeneration } from "@headwater/projections";
import type { Sql } from "postgres";
import { startEventStoreProcess } from "../faults/event_store_process.ts";
import { chainView } from "./chain_view.ts";
import { foldFromScratch, readTables } from "./folded.ts";
import { type KilledProcess, startKilled } from "./killed_processes.ts";
import { append, randomOf, until } from "./test_bed.ts";

export type KillOptions = {
  readonly kills: number;
  readonly seed: number;
  /** Of which there are so many as it begins: a build takes its time. */
  readonly events: number;
  say(line: string): void;
};

export type KillReport = {
  readonly kills: number;
  /** What was read meanwhile: so often, and never less than before or of two generations. */
  readonly reads: number;
  readonly events: number;
  readonly generations: number;
  /** What was being done as somebody was killed, and how often. */
  readonly moments: Readonly<Record<string, number>>;
};

/**
 * Kills processes that keep a read model, operators and PostgreSQL with SIGKILL at random moments of build, verify, switch,
 * rollback and live, while events are appended and the read model is read. In the end it is what its log comes to.
 */
export async function killProjections(options: KillOptions): Promise<KillReport> {
  const { kills, seed, events, say } = options;
  const random = randomOf(seed);
  const upTo = (most: number) => Math.floor(random() * most);
  await using postgres = await startThrowAwayPostgres();
  const url = await ensureDatabase({ adminUrl: postgres.url, name: "killed", logger: silentLog });
  await using store = await startEventStoreProcess();
  const connectionString = `esdb://127.0.0.1:${store.port}?tls=false`;
  await using log = await openEventStoreDb({ connectionString });
  const sql = connect({ url, name: "killer", max: 6, logger: silentLog });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => sql.end({ timeout: 1 }));
  const place = [connectionString, url] as const;

  let appended = 0;
  async function appendSome(count: number): Promise<void> {
    for (let left = count; left > 0; left -= 100) {
      const stream = `account-${upTo(300)}`;
      const some = Array.from({ length: Math.min(left, 100) }, () => deposit);
      await append(log, stream, ...some);
      appended += some.length;
    }
  }
  await appendSome(events);

  let started = 0;
  // One that bears the name of who was killed need not wait for its lease to end
  const follow = (name = `p${++started}`) => startKilled(["follow", name, ...place]);
  const running: KilledProcess[] = [follow(), follow()];
  stack.defer(async () => void await Promise.all(running.map((process) => process.kill())));
  await until(async () => await isLive(sql));

  const over = new AbortController();
  const crash = { at: -Infinity };
  const reading = readUntil(sql, { signal: over.signal, crash });
  const moments: Record<string, number> = {};
  const freezing: Promise<void>[] = [];
  const began = performance.now();
  for (let kill = 1; kill <= kills; kill++) {
    const appending = appendSome(1 + upTo(400));
    const act = await beginSomething({ sql, random, place });
    await comesToMoment(sql, { wanted: momentsWanted[upTo(momentsWanted.length)]! });
    await setTimeout(upTo(random() < 0.5 ? 20 : 400));
    const moment = await momentOf(sql);
    const isPostgres = random() < 0.1;
    const victim = isPostgres ? undefined : act && random() < 0.3 ? act : running[upTo(2)]!;
    const what = `${moment}${isPostgres ? ", PostgreSQL" : victim === act ? ", operator" : ""}`;
    moments[what] = (moments[what] ?? 0) + 1;
    if (isPostgres) {
      crash.at = performance.now();
      Deno.kill(postgres.pid, "SIGKILL");
    }
    // Its lease may end meanwhile, and what it sends then is too late
    if (random() < 0.1) freezing.push(running[upTo(2)]!.freeze(upTo(8_000)));
    await victim?.kill();
    if (victim && victim !== act) {
      const name = random() < 0.5 ? victim.name : undefined;
      running[running.indexOf(victim)] = follow(name);
    }
    await act?.ready;
    await act?.kill();
    await appending;
    // Or nothing would ever be done
    if (random() < 0.5) await Promise.race(running.map(({ ready }) => ready));
    const seconds = Math.round((performance.now() - began) / 1_000);
    if (kill % 10 === 0) say(`${kill} of ${kills} kills after ${seconds} s`);
  }
  await Promise.all(freezing);
  await comesTo(log, sql);
  over.abort();
  const reads = await reading;
  const [made] = await retried(() =>
    sql<{ count: number }[]>`select count(*)::integer as count from projection_generation`
  );
  return { kills, reads, events: appended, generations: made!.count, moments };
}

const deposit = { type: "Deposited", data: { amount: 1 } };

/** A build, or an operator's act in a process of its own; or nothing. */
async function beginSomething(
  { sql, random, place }: {
    readonly sql: Sql;
    readonly random: () => number;
    readonly place: readonly [string, string];
  },
): Promise<KilledProcess | undefined> {
  const what = random();
  if (what < 0.5) {
    const switches = random() < 0.8;
    await retried(() => beginGeneration(sql, { view: chainView, switches }));
    return undefined;
  }
  const acts = ["rollback", "switch", "abort", "drop"];
  if (what > 0.9) return undefined;
  const act = acts[Math.floor(random() * acts.length)]!;
  return startKilled(["operate", act, ...place, act, chainView.name]);
}

const momentsWanted = ["building", "verifying", "ready", "live", "live"];
/** What is not reached in so long is not waited for. */
const momentMs = 1_500;

async function comesToMoment(sql: Sql, { wanted }: { readonly wanted: string }): Promise<void> {
  const end = performance.now() + momentMs;
  while (await momentOf(sql) !== wanted && performance.now() < end) await setTimeout(2);
}

/** What the read model's generations are at, but those that only follow the log. */
async function momentOf(sql: Sql): Promise<string> {
  const [found] = await retried(() =>
    sql<{ status: string }[]>`
      select status from projection_generation
      where status in ('building', 'verifying', 'ready') limit 1`
  );
  return found?.status ?? "live";
}

async function isLive(sql: Sql): Promise<boolean> {
  try {
    const rows = await sql`select from projection_generation where status = 'live'`;
    return rows.length > 0;
  } catch {
    return false;
  }
}

/** So long after a crash of PostgreSQL queries may fail. */
const awayMs = 15_000;

/**
 * Reads again and again: nothing may fail, go back, or be of two generations; but for a crash of PostgreSQL, which takes
 * the last writes back. Yields how often it was read.
 */
async function readUntil(
  sql: Sql,
  { signal, crash }: { readonly signal: AbortSignal; readonly crash: { readonly at: number } },
): Promise<number> {
  let reads = 0;
  let crashedAt = crash.at;
  for (let before = 0; !signal.aborted; await setTimeout(5)) {
    const beganAt = performance.now();
    try {
      const [seen] = await sql<{ rows: number; sums: number }[]>`
        select (select coalesce(sum(events), 0)::float8 from chains) as rows,
          (select coalesce(sum(events), 0)::float8 from chain_total) as sums`;
      assert.equal(seen!.rows, seen!.sums, "two generations were mixed");
      if (crash.at === crashedAt) {
        assert.ok(seen!.rows >= before, `${seen!.rows} events were read after ${before}`);
      }
      // What was on its way as it crashed tells nothing
      if (beganAt > crash.at) crashedAt = crash.at;
      before = seen!.rows;
      reads++;
    } catch (error) {
      const isAway = performance.now() - crash.at < awayMs || beganAt < crash.at;
      if (error instanceof assert.AssertionError || !isAway) throw error;
    }
  }
  return reads;
}

async function comesTo(log: EventLog, sql: Sql): Promise<void> {
  const expected = await foldFromScratch(chainView, log);
  const head = await log.head();
  await until(async () => {
    const [live] = await retried(() =>
      sql<{ position: number | null; state: string; cause: string | null }[]>`
        select position::float8 as position, state, cause from projection_generation
        where name = ${chainView.name} and status = 'live'`
    );
    return (live?.position ?? -1) >= (head ?? -1) || JSON.stringify(live);
  });
  assert.deepEqual(await readTables(chainView, sql), expected);
}

/** Does it again while PostgreSQL is away. */
async function retried<Result>(work: () => PromiseLike<Result>): Promise<Result> {
  for (let attempt = 0;; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt > 100) throw error;
      await setTimeout(100);
    }
  }
}
