import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { acts, type EventLog, type EventSchemas, type View } from "@headwater/core";
import { beginGeneration, projectionsActs } from "@headwater/projections";
import { appendAtEnd, type HistoricEvent, historyOf } from "@headwater/testing";
import type { Sql } from "postgres";
import { type SilentProxy, startSilentProxy } from "../postgres/silent_proxy.ts";
import { type Folded, foldFromScratch, readTables } from "./folded.ts";
import {
  connectRobustly,
  randomOf,
  type TestBed,
  type TestProjections,
  until,
} from "./test_bed.ts";

/** One of so many applications of an event fails until the view is mended. */
const oneOf = 40;

export type LiveRun = {
  readonly seed: number;
  /** So many, and as much befalls. */
  readonly events: number;
};

/**
 * Runs a view in two processes while its history is appended in random batches, and whatever may befall it does: processes
 * stop, are cut off or lose their leases, connections end, clocks jump, events cannot be applied, and it is built anew in
 * the middle. What it comes to, row by row, is what its log comes to that is folded from scratch; with the letters that
 * wait meanwhile.
 */
export async function runLive(bed: TestBed, view: View, run: LiveRun): Promise<Outcome> {
  const random = randomOf(run.seed);
  const upTo = (most: number) => Math.floor(random() * most);
  const history = historyOf(view.reads, { count: run.events, seed: run.seed });
  const { faulty, mend } = withFaults(view, run.seed);
  await using processes = await twoProcesses(bed, faulty);
  const perils = perilsOf(bed, { view, processes, random });

  let rebuilds = 0;
  for (let next = 0; next < history.length;) {
    const batch = history.slice(next, next + 1 + upTo(30));
    const appending = appendAll(bed.log, { view, events: batch });
    // While these are taken in
    if (random() < 0.6) await perils[upTo(perils.length)]!();
    await appending;
    next += batch.length;
    if (rebuilds === 0 && next > history.length / 2) {
      await until(async () => {
        const begun = await retried(() => beginGeneration(bed.sql, { view, switches: true }));
        return begun.type === "begun" || begun.type === "busy" || JSON.stringify(begun);
      });
      rebuilds++;
    }
    await setTimeout(upTo(20));
  }

  // What waits is known
  const waiting = await comesTo(bed, faulty);
  mend();
  await switched(bed, view);
  const whole = await comesTo(bed, faulty);
  return { letters: waiting.letters.length, rows: whole.rows.length };
}

/** That much was tried. */
export type Outcome = { readonly letters: number; readonly rows: number };

type Faulty = { readonly faulty: View; mend(): void };

/** The same view, in which some events cannot be applied to some of their rows until it is mended. */
function withFaults(view: View, seed: number): Faulty {
  let isMended = false;
  return {
    faulty: {
      ...view,
      evolve(row, event, key) {
        const isBad = randomOf(seed + event.position * 31 + key.length)() < 1 / oneOf;
        if (!isMended && isBad) throw new Error("it is not understood yet");
        return view.evolve(row, event, key);
      },
    },
    mend: () => void (isMended = true),
  };
}

type Processes = AsyncDisposable & {
  restart(index: number): Promise<void>;
  /** Nothing passes between it and PostgreSQL for a while. */
  cutOff(index: number, ms: number): Promise<void>;
  setClocks(ms: number): void;
};

async function twoProcesses(bed: TestBed, view: View): Promise<Processes> {
  let wrongMs = 0;
  const proxies: SilentProxy[] = [];
  const running: TestProjections[] = [];
  async function start(index: number): Promise<void> {
    const url = new URL(bed.url);
    url.port = String(proxies[index]!.port);
    running[index] = await bed.start([view], { url: url.href, now: () => Date.now() + wrongMs });
  }
  for (const index of [0, 1]) {
    proxies[index] = startSilentProxy(Number(new URL(bed.url).port));
    await start(index);
  }
  return {
    async restart(index) {
      await running[index]![Symbol.asyncDispose]();
      await start(index);
    },
    async cutOff(index, ms) {
      proxies[index]!.beSilent(true);
      await setTimeout(ms);
      proxies[index]!.beSilent(false);
    },
    setClocks: (ms) => void (wrongMs = ms),
    async [Symbol.asyncDispose]() {
      await Promise.all(running.map((each) => each[Symbol.asyncDispose]()));
      await Promise.all(running.map(({ sql }) => sql.end({ timeout: 1 })));
      await Promise.all(proxies.map((each) => each[Symbol.asyncDispose]()));
    },
  };
}

/** What may befall a read model. */
function perilsOf(
  { sql, server }: TestBed,
  { view, processes, random }: {
    readonly view: View;
    readonly processes: Processes;
    readonly random: () => number;
  },
): readonly (() => Promise<unknown>)[] {
  const either = () => Math.floor(random() * 2);
  const steal = () =>
    retried(() =>
      sql`
          with lost as (
            update projection_generation
            set owner = null, lease_until = clock_timestamp() - interval '1 minute'
            where name = ${view.name} and status <> 'dropped' returning name
          )
          select pg_notify('projection_generation', name) from lost`
    );
  return [
    () => processes.restart(either()),
    () => processes.cutOff(either(), random() * 100),
    () => Promise.resolve(processes.setClocks((random() - 0.5) * 7_200_000)),
    async () => {
      const admin = connectRobustly(server.url);
      await admin`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname <> current_database() and backend_type = 'client backend'`;
      await admin.end({ timeout: 1 });
    },
    // Whoever hears it first has them, while the other goes on
    steal,
    steal,
    () => operate(sql, { view, args: ["letters", "retry", "--all"] }),
  ];
}

/** What an operator does at a terminal; yields the exit code. */
async function operate(
  sql: Sql,
  { view, args }: { readonly view: View; readonly args: readonly string[] },
): Promise<{ readonly code: number; readonly text: string }> {
  let text = "";
  const code = await acts.operatorsCommand(projectionsActs, args, {
    context: { databases: [{ service: "bank", sql, views: [view] }] },
    print: (more) => text += more,
    isTerminal: false,
  });
  return { code, text };
}

/** Whatever is being built is read, by an operator's act where rows differed. */
async function switched({ sql }: TestBed, view: View): Promise<void> {
  await until(async () => {
    const [candidate] = await retried(() =>
      sql<{ status: string; switches: boolean; cause: string | null }[]>`
        select status, switches, cause from projection_generation
        where name = ${view.name} and status in ('building', 'verifying', 'ready')`
    );
    if (!candidate) return true;
    if (candidate.status !== "ready" || candidate.switches) return JSON.stringify(candidate);
    const { code, text } = await operate(sql, { view, args: ["switch", view.name] });
    return code === 0 || text;
  });
}

/** It is at the end of its log, and holds what that one comes to. */
async function comesTo({ log, sql }: TestBed, view: View): Promise<Folded> {
  const expected = await foldFromScratch(view, log);
  const head = await log.head();
  await until(async () => {
    const [live] = await retried(() =>
      sql<{ position: number | null; state: string; cause: string | null }[]>`
        select position::float8 as position, state, cause from projection_generation
        where name = ${view.name} and status = 'live'`
    );
    if ((live?.position ?? -1) < (head ?? -1)) return JSON.stringify(live);
    const { letters } = await retried(() => readTables(view, sql));
    if (letters.length === expected.letters.length) return true;
    const { text } = await operate(sql, { view, args: ["letters", "retry", "--all"] });
    return text;
  });
  const found = await retried(() => readTables(view, sql));
  assert.deepEqual(found.rows, expected.rows);
  assert.deepEqual(found.sums, expected.sums);
  assert.deepEqual(found.letters, expected.letters);
  return found;
}

async function appendAll(
  log: EventLog,
  { view, events }: { readonly view: View; readonly events: readonly HistoricEvent[] },
): Promise<void> {
  const reads: readonly EventSchemas[] = view.reads;
  for (const { stream, event } of events) {
    const schemas = reads.find(({ category }) => stream.startsWith(`${category}-`))!;
    const id = crypto.randomUUID();
    const { type, data, schemaVersion } = schemas.encode(event);
    await appendAtEnd(log, stream, [{
      id,
      type,
      data,
      metadata: {
        ...{ $correlationId: id, $causationId: id, commandId: id, commandHash: id },
        schemaVersion,
      },
    }]);
  }
}

async function retried<Result>(work: () => PromiseLike<Result>): Promise<Result> {
  for (let attempt = 0;; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt > 20) throw error;
      await setTimeout(20);
    }
  }
}
