import type { Sql } from "postgres";
import type { ShadowBatch, ShadowExample } from "./shadow_batch.ts";
import { judgeShadow, type ShadowReport } from "./judge_shadow.ts";

/** Of each report: the newest are kept. */
const mostExamples = 10;

/** Sums of comparisons: they may be lost, nothing is decided by them but what an operator decides. */
export const shadowMigrations: readonly { readonly name: string; readonly sql: string }[] = [{
  name: "shadow-reports",
  sql: `
  create table shadow_report (
    route text not null,
    round bigint not null,
    samples bigint not null default 0,
    mismatches bigint not null default 0,
    noise_samples bigint not null default 0,
    dropped bigint not null default 0,
    since timestamptz not null default now(),
    examples jsonb not null default '[]',
    primary key (route, round)
  );
  create table shadow_field (
    route text not null,
    round bigint not null,
    field text not null,
    raw bigint not null default 0,
    noise bigint not null default 0,
    primary key (route, round, field)
  )`,
}];

/** Adds what a gateway process has compared. One statement: a batch counts once and whole, or not at all. */
export async function addShadowBatch(sql: Sql, batch: ShadowBatch): Promise<void> {
  const { route, round, samples, mismatches, noiseSamples, dropped, fields, examples } = batch;
  await sql`
    with field as (
      insert into shadow_field as known (route, round, field, raw, noise)
      select ${route}, ${round}::bigint, field, raw, noise
      from jsonb_to_recordset(${sql.json(fields)}) as of (field text, raw bigint, noise bigint)
      order by field
      on conflict (route, round, field)
      do update set raw = known.raw + excluded.raw, noise = known.noise + excluded.noise
    )
    insert into shadow_report as known
      (route, round, samples, mismatches, noise_samples, dropped, examples)
    values (${route}, ${round}, ${samples}, ${mismatches}, ${noiseSamples}, ${dropped},
      ${sql.json(examples)})
    on conflict (route, round) do update set
      samples = known.samples + excluded.samples,
      mismatches = known.mismatches + excluded.mismatches,
      noise_samples = known.noise_samples + excluded.noise_samples,
      dropped = known.dropped + excluded.dropped,
      examples = (
        select coalesce(jsonb_agg(example order by place), '[]')
        from jsonb_array_elements(excluded.examples || known.examples)
          with ordinality as of (example, place)
        where place <= ${mostExamples}
      )`;
}

/** What was compared since the shadow share was set last. */
export async function readShadowReport(
  sql: Sql,
  { route, round }: { readonly route: string; readonly round: number },
): Promise<ShadowReport> {
  const [sums] = await sql<{
    readonly samples: number;
    readonly mismatches: number;
    readonly noiseSamples: number;
    readonly dropped: number;
    readonly since: string;
    readonly examples: readonly ShadowExample[];
  }[]>`
    select samples::float8, mismatches::float8, noise_samples::float8 as "noiseSamples",
      dropped::float8, examples,
      to_char(since at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as since
    from shadow_report where route = ${route} and round = ${round}`;
  const fields = await sql<
    { readonly field: string; readonly raw: number; readonly noise: number }[]
  >`
    select field, raw::float8, noise::float8 from shadow_field
    where route = ${route} and round = ${round} order by raw desc, field limit 1000`;
  const none = { samples: 0, mismatches: 0, noiseSamples: 0, dropped: 0, since: null };
  return judgeShadow({ route, ...(sums ?? { ...none, examples: [] }), fields });
}
