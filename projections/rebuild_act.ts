import { acts, type EventLog, machine, Refusal, silentLog } from "@headwater/core";
import { z } from "zod";
import { followRebuild, type RebuildEnd } from "./follow_rebuild.ts";
import { foretellGenerations } from "./foretold_acts.ts";
import { generationsOf, type ReplayProgress, type Verdict } from "./generation.ts";
import { type OperatedView, operatedView, type ProjectionsContext } from "./operated_view.ts";
import { startProjections } from "./start_projections.ts";
import { grouped } from "./status_table.ts";
import { beginGeneration } from "./switch_generation.ts";

/** Builds a read model anew beside the one that is read, compares both, and lets it take over. */
export const rebuild = acts.operatorsAct(
  {
    name: "rebuild",
    summary: "build a read model anew beside the one that is read, verify, and switch to it",
    args: z.strictObject({ name: z.string(), noSwitch: z.boolean().optional() }),
    options: ["noSwitch"],
    changes: true,
    async run(
      { name, noSwitch = false },
      context: ProjectionsContext & acts.ActContext,
    ) {
      const { patienceMs, signal, progress } = context;
      const log = context.isServed ? undefined : context.log;
      const operated = operatedView(context, { name, act: "rebuild" });
      const startedAt = performance.now();
      let begun: number | undefined;
      try {
        await assertMade(operated, log);
        const generation = begun = await begin(operated, { switches: !noSwitch });
        progress(`${name}  generation ${generation} is begun`);
        await using _worker = await workFor(operated, log);
        const end = await followRebuild(operated.sql, {
          name,
          generation,
          signal,
          ...(patienceMs !== undefined && { patienceMs }),
          onProgress: (replay) => progress(`${name}  ${described(replay)}`),
        });
        if (end.type === "failing") throw new Error(end.cause);
        const seconds = Number(((performance.now() - startedAt) / 1_000).toFixed(1));
        const isDone = end.type === "live" || end.type === "ready" && noSwitch;
        const verdict = end.type === "ready" ? end.verdict : null;
        const text = textOf(end, { name, generation, seconds });
        return {
          ...{ value: { name, generation, isDone, seconds, verdict }, text, isDone },
          ...(!isDone && endOf(end, name)),
        };
      } catch (cause) {
        if (cause instanceof Refusal) throw cause;
        const goesOn = begun === undefined
          ? ""
          : `: generation ${begun} is begun, its service goes on with it once that is over`;
        throw new Error(`Cannot rebuild "${name}": ${machine.messageOf(cause)}${goesOn}`, {
          cause,
        });
      }
    },
    subject: ({ name }) => name,
    foretell: ({ name, noSwitch = false }, context: ProjectionsContext & acts.ActContext) =>
      foretellGenerations(operatedView(context, { name, act: "rebuild" }), "rebuild", {
        switches: !noSwitch,
      }),
  } satisfies acts.OperatorsAct<
    ProjectionsContext,
    z.ZodObject<{ name: z.ZodString; noSwitch: z.ZodOptional<z.ZodBoolean> }>
  >,
);

/** What has become of it where it does not take over: what is built can be given up. */
function endOf(
  { type }: RebuildEnd,
  name: string,
): Pick<acts.ActOutcome, "ended" | "undo"> {
  if (type === "aborted") return { ended: "failed" };
  return { undo: { name: "abort", args: { name } }, ...(type === "ready" && { ended: "refused" }) };
}

/** Without a log, whoever builds it must have run before. */
async function assertMade({ sql, view }: OperatedView, log: EventLog | undefined): Promise<void> {
  if (log || (await generationsOf(sql, view.name)).length > 0) return;
  throw new Error("its service has not run here yet");
}

/** Where the read model was never made, whoever works for it makes it. */
async function begin(
  { sql, view }: OperatedView,
  { switches }: { readonly switches: boolean },
): Promise<number> {
  const begun = await beginGeneration(sql, { view, switches });
  switch (begun.type) {
    case "begun":
      return begun.generation;
    case "missing":
      return 1;
    case "locked":
      throw new Error("somebody else is at its tables: try again");
    case "busy": {
      const { generation, status } = begun;
      const remedy = status === "ready"
        ? `switch "${view.name}", or abort it`
        : "wait, or abort it";
      throw new Refusal(
        "projection-busy",
        `Cannot rebuild "${view.name}": generation ${generation} is ${status} already: ${remedy}`,
      );
    }
  }
}

/** With a log, the one worker that builds the read model, and is to be stopped after that. */
async function workFor(
  { service, sql, view }: OperatedView,
  log: EventLog | undefined,
): Promise<AsyncDisposable | undefined> {
  if (!log) return undefined;
  return await startProjections({ service, views: [view], log, sql, logger: silentLog });
}

function textOf(
  end: Exclude<RebuildEnd, { readonly type: "failing" }>,
  { name, generation, seconds }: {
    readonly name: string;
    readonly generation: number;
    readonly seconds: number;
  },
): string {
  switch (end.type) {
    case "live":
      return `Rebuilt "${name}" in ${seconds.toFixed(1)} s: generation ${generation} is read`;
    case "ready":
      return [
        `Built generation ${generation} of "${name}" in ${seconds.toFixed(1)} s: ${
          verdictText(end.verdict)
        }`,
        `It is read once you switch "${name}", and goes if you abort it`,
      ].join("\n");
    case "aborted":
      return `Generation ${generation} of "${name}" was aborted`;
    case "under-way":
      return `Generation ${generation} of "${name}" is being built`;
    case "nobody":
      return `Generation ${generation} of "${name}" is begun: no worker builds it now, its service does so when it runs`;
  }
}

function verdictText(verdict: Verdict | null): string {
  if (!verdict) return "it was not compared";
  const { differing, examples, note, position } = verdict;
  if (note !== null && differing === 0) return note;
  const at = `at position ${grouped(position ?? 0)}`;
  if (differing === 0) return `it holds what is read, ${at}`;
  const rows = examples.flatMap(({ key, before, after, objection }) => [
    `  "${key}"${objection === undefined ? "" : `: ${objection}`}`,
    `    read   ${before === null ? "no row" : JSON.stringify(before)}`,
    `    built  ${after === null ? "no row" : JSON.stringify(after)}`,
  ]);
  const more = differing > examples.length ? `, of which the first ${examples.length}` : "";
  return [`${grouped(differing)} rows differ from what is read, ${at}${more}:`, ...rows].join("\n");
}

function described({ replayed, target, eventsPerSecond }: ReplayProgress): string {
  const share = Math.min(100, Math.floor((replayed / Math.max(target, 1)) * 100));
  return `${String(share).padStart(3)} %  position ${grouped(replayed)} of ${grouped(target)}  ${
    grouped(eventsPerSecond)
  } events/s`;
}
