import type { Sql } from "postgres";
import type { Operated } from "./notice.ts";
import { isInSlices } from "./slice.ts";
import { storable } from "./standing.ts";

/**
 * What operators have asked to be done to an instance.
 * @internal
 */
export type AskedAct = Pick<Operated, "act" | "actId" | "actor" | "reason"> & {
  /** The instance. */
  readonly id: string;
  readonly step?: string | undefined;
};

/**
 * What became of an act. `refused`: the state of its instance does not allow it; `failed`: its process cannot take it.
 * @internal
 */
export type ActAnswer = {
  readonly actId: string;
  readonly outcome: "done" | "refused" | "failed";
  /** Of what refused it; absent: it was done. */
  readonly code?: string | undefined;
  /** For people. */
  readonly message?: string | undefined;
};

/**
 * The acts that are asked of a process, where they outlive it.
 * @internal
 */
export interface ProcessActs {
  /** Those on instances of these slices that have no answer yet, as they were asked: `mostActs` at most. */
  open(slices: readonly number[]): Promise<readonly AskedAct[]>;
  /** Who answers first is right. */
  answer(answers: readonly ActAnswer[]): Promise<void>;
}

/** So many acts are taken at once. */
export const mostActs = 200;

export const processActsMigration = {
  name: "process-acts",
  owner: "sagas",
  tables: ["process_act"],
  sql: `
    create table process_act (
      number bigint generated always as identity primary key,
      act_id uuid not null unique,
      process text not null,
      id text not null,
      act text not null,
      step text,
      actor text not null,
      reason text not null,
      asked_at timestamptz not null default clock_timestamp(),
      outcome text,
      code text,
      message text,
      answered_at timestamptz
    );
    create index process_act_open on process_act (process, number) where outcome is null`,
};

/** The acts of a process in a service's own database. */
export function processActs(sql: Sql, process: string): ProcessActs {
  return {
    async open(slices) {
      const rows = await sql<(AskedAct & { step: string | null })[]>`
        select id, act, step, act_id as "actId", actor, reason from process_act
        where process = ${process} and outcome is null and ${isInSlices(sql, slices)}
        order by number limit ${mostActs}`;
      return rows.map(({ step, ...act }) => ({ ...act, step: step ?? undefined }));
    },
    async answer(answers) {
      const given = answers.map(({ message, ...answer }) => ({
        ...answer,
        message: message && storable(message),
      }));
      await sql`
        update process_act as asked
        set outcome = given.outcome, code = given.code, message = given.message,
            answered_at = clock_timestamp()
        from json_to_recordset(${JSON.stringify(given)}::text::json)
          as given ("actId" uuid, outcome text, code text, message text)
        where asked.act_id = given."actId" and asked.outcome is null`;
    },
  };
}

/** Days; what was done is in the log for ever, with who did it and why. */
const answersKept = 30;

/** Puts acts on record, for whoever runs the process, and forgets answers that nobody waits for any more. */
export async function askActs(
  sql: Sql,
  acts: readonly (AskedAct & { readonly process: string })[],
): Promise<void> {
  const rows = acts.map(({ step, reason, actor, ...act }) => ({
    ...act,
    ...{ step: step && storable(step), reason: storable(reason), actor: storable(actor) },
  }));
  await sql`
    with forgotten as (
      delete from process_act where answered_at < clock_timestamp() - make_interval(days => ${answersKept})
    )
    insert into process_act (act_id, process, id, act, step, actor, reason)
    select "actId", process, id, act, step, actor, reason
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as given (
      "actId" uuid, process text, id text, act text, step text, actor text, reason text
    )`;
}

/** What has become of these so far. */
export async function answersTo(
  sql: Sql,
  actIds: readonly string[],
): Promise<readonly ActAnswer[]> {
  const rows = await sql<
    (Pick<ActAnswer, "actId" | "outcome"> & Record<"code" | "message", string | null>)[]
  >`
    select act_id as "actId", outcome, code, message from process_act
    where outcome is not null and act_id in (
      select value::uuid from json_array_elements_text(${JSON.stringify(actIds)}::text::json))`;
  return rows.map(({ code, message, ...row }) => ({
    ...row,
    ...{ code: code ?? undefined, message: message ?? undefined },
  }));
}
