import { type Log, time, type View } from "@headwater/core";
import type { Sql } from "postgres";
import { answered } from "./answered.ts";
import { ifThere } from "./if_there.ts";
import { type HeldLease, keepLeases, type KeptLease } from "./lease.ts";

/** How often a process says that it is there, keeps its leases, and hears who else is. */
const callEveryMs = 1_000;
/** Who has not been there for so long does not count. */
const absentMs = 3_000;
/** After so long it is forgotten. */
const forgottenMs = 60_000;
/** How long leaving may take when PostgreSQL does not answer. */
const leaveMs = 500;

export const processTable = `
  create table if not exists projection_process (
    id text primary key,
    -- Definitions of views, see \`definitionOf\`
    runs jsonb not null,
    seen_at timestamptz not null
  )`;

/** What a process must run to apply events to a generation. */
export function definitionOf(
  { name, version, fingerprint }: Pick<View, "name" | "version" | "fingerprint">,
): string {
  return `${name} ${version} ${fingerprint}`;
}

/** What a process hears of the read models of its service's database. */
export type RollCall = {
  /** Which other processes are there, and which definitions of views they run. */
  readonly processes: readonly { readonly id: string; readonly runs: readonly string[] }[];
  /** Always in the same order: what is to be released is named again until it is. */
  readonly generations: readonly {
    readonly name: string;
    readonly generation: number;
    readonly definition: string;
    /** Undefined: nobody has its lease. */
    readonly owner?: string | undefined;
  }[];
  /** Leases that this process wanted to keep, and has. */
  readonly kept: readonly KeptLease[];
  /** Names of tables which lead nowhere; all of them where a table of the engine's is not there. */
  readonly missing: readonly string[];
  /** Names of read models with a generation that was retired long ago. */
  readonly overdue: readonly string[];
};

export type RollCallOptions = {
  /** By what this process is known. */
  readonly id: string;
  /** The read models of this process. */
  readonly views: readonly View[];
  /** After so long a retired generation is overdue. */
  readonly retiredForMs: number;
};

/** Says that this process is there, keeps its leases, and hears what is. Undefined where nothing was made yet. */
async function callRoll(
  sql: Sql,
  { id, views, retiredForMs, leases }: RollCallOptions & { readonly leases: readonly HeldLease[] },
): Promise<RollCall | undefined> {
  const runs = JSON.stringify(views.map(definitionOf));
  const tables = JSON.stringify(views.map(({ table }) => table));
  const [found] = await ifThere(() =>
    sql<RollCall[]>`
        with present as (
          insert into projection_process (id, runs, seen_at)
          values (${id}, ${runs}::text::jsonb, clock_timestamp())
          on conflict (id) do update set runs = excluded.runs, seen_at = excluded.seen_at
          returning set_config('synchronous_commit', 'off', true)
        ), gone as (
          delete from projection_process
          where seen_at < clock_timestamp() - ${forgottenMs} * interval '1 ms' and id <> ${id}
        ), kept as (${keepLeases(sql, { owner: id, leases })})
        select (
          select coalesce(json_agg(json_build_object('id', id, 'runs', runs)), '[]')
          from projection_process
          where id <> ${id} and seen_at > clock_timestamp() - ${absentMs} * interval '1 ms'
        ) as processes, (
          select coalesce(json_agg(json_build_object(
            'name', name, 'generation', generation,
            'definition', concat_ws(' ', name, version, fingerprint),
            'owner', case when lease_until > clock_timestamp() then owner end
          ) order by name, generation), '[]') from projection_generation where status <> 'dropped'
        ) as generations, (
          select coalesce(json_agg(kept), '[]') from kept
        ) as kept, (
          select coalesce(json_agg(name), '[]')
          from json_array_elements_text(${tables}::text::json) as name
          where to_regclass(quote_ident(name)) is null or to_regclass('projection_letter') is null
        ) as missing, (
          select coalesce(json_agg(distinct name), '[]') from projection_generation
          where status = 'retired'
            and retired_at < clock_timestamp() - ${retiredForMs} * interval '1 ms'
        ) as overdue
        from present`
  );
  return found;
}

/** Others need not wait until it is absent. */
async function leaveRoll(sql: Sql, id: string): Promise<void> {
  await answered(() => sql`delete from projection_process where id = ${id}`, {
    patienceMs: leaveMs,
  });
}

/** Calls the roll every second, and whenever it is asked to, until it is disposed of. */
export function keepCallingRoll(
  sql: Sql,
  { logger, leases, onCall, ...options }: RollCallOptions & {
    readonly logger: Log;
    /** Those that are to be kept. */
    leases(): readonly HeldLease[];
    /** `askedAt`: by `performance.now()`. */
    onCall(heard: RollCall | undefined, askedAt: number): void;
  },
): AsyncDisposable & { callSoon(): void } {
  const stop = new AbortController();
  let pause = new AbortController();
  let isWanted = false;

  async function keepCalling(): Promise<void> {
    while (!stop.signal.aborted) {
      isWanted = false;
      try {
        const askedAt = performance.now();
        const heard = await callRoll(sql, { ...options, leases: leases() });
        if (!stop.signal.aborted) onCall(heard, askedAt);
      } catch (error) {
        // The workers say that PostgreSQL is away
        logger.debug("The roll of processes could not be called", { error });
      }
      if (isWanted || stop.signal.aborted) continue;
      pause = new AbortController();
      const signal = AbortSignal.any([pause.signal, stop.signal]);
      await time.pauseAbout(callEveryMs, { signal });
    }
  }

  const calling = keepCalling();
  return {
    callSoon() {
      isWanted = true;
      pause.abort();
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await calling;
      await leaveRoll(sql, options.id).catch((error) =>
        logger.debug("The roll of processes could not be left", { error })
      );
    },
  };
}
