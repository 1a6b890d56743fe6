import { machine } from "@headwater/core";
import type { Sql } from "postgres";
import { z } from "zod";
import { placeIn } from "./instance_cursor.ts";
import { selectWaiting } from "./process_letters.ts";

const keysSchema = z.array(z.string());

/** Where an unfinished instance stands, for operators. */
export type InstanceRecord = {
  readonly id: string;
  /** `stuck`: a service refused its step for a lasting reason, which is still tried now and then; or it cannot take an input. */
  readonly state: "running" | "stuck";
  /** Null: it waits for an event, or nobody has noted what it is at. */
  readonly step: string | null;
  /** Which service is to do it. */
  readonly target: string | null;
  readonly command: string | null;
  /** Since when that is outstanding: ISO 8601; null: nobody has noted what it is at. */
  readonly since: string | null;
  /** How often it was sent, at least; what was taken at once is not counted. */
  readonly sent: number;
  /** What the last answer was, or what kept it from coming; null: it went well, if it was sent. */
  readonly cause: string | null;
  readonly answeredAt: string | null;
  /** It undoes what it has done. */
  readonly isCompensating: boolean;
  /** By what it is found: its own id, and what its process tells. */
  readonly keys: readonly string[];
  readonly startedAt: string;
  /** Of the definition by which it runs; null: that has none, or nobody has noted it. */
  readonly version: number | null;
};

/** A process that stands still, and why. */
export type StoppedProcess = {
  readonly process: string;
  readonly cause: string;
  /** ISO 8601. */
  readonly since: string;
};

/** The processes of this database that stand still. */
export async function listStopped(sql: Sql): Promise<readonly StoppedProcess[]> {
  // Earlier releases made the table without the columns that say it
  const rows = await ifThere(() =>
    sql<StoppedProcess[]>`
      select process, row ->> 'cause' as cause, row ->> 'since' as since
      from process_checkpoint, to_jsonb(process_checkpoint) as row
      where row ->> 'cause' is not null order by process`
  );
  return rows.map(({ since, ...row }) => ({ ...row, since: new Date(since).toISOString() }));
}

type InstanceRow = {
  process: string;
  id: string;
  state: InstanceRecord["state"];
  step: string | null;
  target: string | null;
  command: string | null;
  since: string | null;
  sent: number;
  cause: string | null;
  answered_at: string | null;
  compensating: boolean;
  keys: string | null;
  started_at: Date;
  version: number | null;
  cursor: string;
};

/** An unfinished instance among others, and where a page goes on behind it. */
export type ListedInstance = InstanceRecord & {
  readonly process: string;
  readonly cursor: string;
};

/**
 * The unfinished instances of every process of this database, longest running first; none where no process has run yet.
 * Who waits for an input that it cannot take is stuck.
 */
export async function listInstances(
  sql: Sql,
  options: {
    /** Only these; default: all. */
    readonly id?: string | null;
  } = {},
): Promise<(InstanceRecord & { readonly process: string })[]> {
  return (await pageInstances(sql, options)).map(({ cursor: _, ...record }) => record);
}

/** The same, from a place on, each with that place. Who waits for an input comes first, and is not counted. */
export async function pageInstances(
  sql: Sql,
  { id = null, process = null, isStuck = false, after = null, most = null }: {
    /** Only these; default: all. */
    readonly id?: string | null;
    /** Only those of this process; default: of all. */
    readonly process?: string | null;
    /** Only those that are; default: whatever they are. */
    readonly isStuck?: boolean;
    /** Only those behind this cursor; default: from the first on. */
    readonly after?: string | null;
    /** At most so many beside those that wait for an input; default: all. */
    readonly most?: number | null;
  } = {},
): Promise<ListedInstance[]> {
  const place = after === null ? [] : placeIn(after);
  if (!place) throw new Error(`Cannot go on after ${after}: it is no cursor`);
  const [at = null, afterProcess = "", afterId = ""] = place;
  // Earlier releases made the table without the columns that say what an instance is at
  const rows = await ifThere(() =>
    sql<InstanceRow[]>`
      select process, id, state, step, cause, started_at,
        row ->> 'target' as target, row ->> 'command' as command,
        row ->> 'waiting_since' as since, row ->> 'answered_at' as answered_at,
        coalesce((row ->> 'sent')::integer, 0) as sent,
        (row ->> 'version')::integer as version,
        coalesce((row ->> 'compensating')::boolean, false) as compensating, row ->> 'keys' as keys,
        json_build_array(started_at::text, process, id)::text as cursor
      from (
        select instance, process, id, state, step, cause, started_at
        from process_instance as instance
        where (${id}::text is null or id = ${id})
          and (${process}::text is null or process = ${process})
          and (not ${isStuck}::boolean or state = 'stuck')
          and (
          ${at}::text is null or
          (started_at, process, id) > (${at}::text::timestamptz, ${afterProcess}, ${afterId})
        )
        order by started_at, process, id limit ${most}
      ) as page, to_jsonb(page.instance) as row
      order by started_at, process, id`
  );
  const waiting = (await ifThere(() => selectWaiting(sql)))
    .filter((each) => id === null || each.id === id);
  const nameOf = ({ process, id }: { readonly process: string; readonly id: string }) =>
    JSON.stringify([process, id]);
  const records = new Map(rows.map((row) => [nameOf(row), toRecord(row)]));
  const isWaiting = new Set(waiting.map(nameOf));
  const shown = after === null ? waiting : [];
  return [
    ...shown.map(({ process, id, type, cause, inputs, since }) => {
      const record = records.get(nameOf({ process, id }));
      const at = since.toISOString();
      return {
        ...{ process, id, state: "stuck" as const, step: null, target: null, command: null },
        ...{ since: at, sent: 0, answeredAt: null, startedAt: at },
        isCompensating: record?.isCompensating ?? false,
        version: record?.version ?? null,
        keys: record?.keys ?? [id],
        cursor: record?.cursor ?? JSON.stringify([at, process, id]),
        cause: `Cannot take "${type}": ${cause}${inputs > 1 ? `; ${inputs} inputs wait` : ""}`,
      };
    }),
    ...records.entries().filter(([name]) => !isWaiting.has(name)).map(([, record]) => record),
  ];
}

function toRecord(
  { started_at, since, answered_at, compensating: isCompensating, keys, ...row }: InstanceRow,
) {
  return {
    ...row,
    since: since && new Date(since).toISOString(),
    answeredAt: answered_at && new Date(answered_at).toISOString(),
    isCompensating,
    keys: [...new Set([row.id, ...keysSchema.parse(JSON.parse(keys ?? "null") ?? [])])],
    startedAt: started_at.toISOString(),
  };
}

/** Nothing where no process has run yet. */
export async function ifThere<Row>(
  select: () => PromiseLike<readonly Row[]>,
): Promise<readonly Row[]> {
  try {
    return await select();
  } catch (error) {
    if (machine.isNothingThere(error)) return [];
    throw error;
  }
}
