import { acts, Refusal, time } from "@headwater/core";
import { z } from "zod";
import { foretellGenerations, generationOfOtherLog, noGeneration } from "./foretold_acts.ts";
import { generationsOf } from "./generation.ts";
import { lettersActs } from "./letters_acts.ts";
import { type OperatedView, operatedView, type ProjectionsContext } from "./operated_view.ts";
import { storedStatuses } from "./projection_status.ts";
import { rebuild } from "./rebuild_act.ts";
import { showAct } from "./show_act.ts";
import { statusTable } from "./status_table.ts";
import {
  dropGenerations,
  switchGeneration,
  type SwitchOutcome,
  type SwitchTo,
} from "./switch_generation.ts";

/** For so long an act tries again where somebody is in its way. */
const patienceMs = 10_000;
const againMs = 100;
/** How often somebody who watches is shown what is. */
const watchEveryMs = 500;

const status = acts.operatorsAct({
  name: "status",
  summary: "how every generation of every read model is",
  args: z.strictObject({ watch: z.boolean().optional() }),
  options: ["watch"],
  changes: false,
  async run({ watch }, context: ProjectionsContext & acts.ActContext) {
    const { signal, show } = context;
    while (watch && show && !signal.aborted) {
      show(statusTable(await statuses(context)).split("\n"));
      await time.pause(watchEveryMs, { signal });
    }
    const value = await statuses(context);
    return { value, text: watch && show ? "" : statusTable(value), isDone: true };
  },
});

async function statuses({ databases, head }: ProjectionsContext) {
  return await storedStatuses(databases, { ...(head && { head: { position: await head() } }) });
}

const toReady = switchAct({
  name: "switch",
  summary: "let the generation that is ready take the place of the one that is read",
  to: "ready",
});
const rollback = switchAct({
  name: "rollback",
  summary: "go back to the generation that was read before",
  to: "retired",
});
const drop: acts.OperatorsAct<ProjectionsContext> = {
  ...dropAct({
    name: "drop",
    summary: "drop the generation that was read before: there is no going back to it",
    which: "retired",
  }),
  role: "admin",
};
const abort = dropAct({
  name: "abort",
  summary: "drop the generation that is being built, or is ready",
  which: "candidate",
});

/** All that operators do to read models. */
export const projectionsActs: readonly acts.OperatorsAct<ProjectionsContext>[] = [
  ...[status, showAct, rebuild, toReady, rollback, drop, abort, ...lettersActs],
];

/** Something that is done to one read model, or fails. */
function actOn(
  { name: act, summary, run }: {
    readonly name: "switch" | "rollback" | "drop" | "abort";
    readonly summary: string;
    run(
      operated: OperatedView,
      signal: AbortSignal,
    ): Promise<{ readonly value: object; readonly text: string }>;
  },
): acts.OperatorsAct<ProjectionsContext> {
  return acts.operatorsAct({
    name: act,
    summary,
    args: z.strictObject({ name: z.string() }),
    changes: true,
    async run({ name }, context: ProjectionsContext & acts.ActContext) {
      const { value, text } = await run(operatedView(context, { name, act }), context.signal);
      return { value: { name, isDone: true, ...value }, text, isDone: true };
    },
    subject: ({ name }) => name,
    foretell: ({ name }, context: ProjectionsContext & acts.ActContext) =>
      foretellGenerations(operatedView(context, { name, act }), act),
  });
}

function switchAct(
  { name: act, summary, to }: {
    readonly name: "switch" | "rollback";
    readonly summary: string;
    readonly to: SwitchTo;
  },
): acts.OperatorsAct<ProjectionsContext> {
  return actOn({
    name: act,
    summary,
    async run(operated, signal) {
      const { sql, view } = operated;
      const before = (await generationsOf(sql, view.name)).find(({ status }) => status === "live");
      const from = before?.generation ?? null;
      const outcome = await patiently(
        () => switchGeneration(sql, { view, to, from }),
        { signal, isOver: ({ type }) => type !== "locked" && type !== "behind" },
      );
      if (outcome.type !== "switched") throw await refusalOf(outcome, { operated, act, to });
      const { generation, former } = outcome;
      const text =
        `Generation ${generation} of "${view.name}" is read, generation ${former} is retired`;
      return { value: { generation, former }, text };
    },
  });
}

async function refusalOf(
  outcome: Exclude<SwitchOutcome, { readonly type: "switched" }>,
  { operated: { sql, view }, act, to }: {
    readonly operated: OperatedView;
    readonly act: string;
    readonly to: SwitchTo;
  },
): Promise<Error> {
  const cannot = `Cannot ${act} "${view.name}"`;
  switch (outcome.type) {
    case "missing": {
      const all = await generationsOf(sql, view.name);
      return noGeneration(all, { act, name: view.name, what: `is ${to}` });
    }
    case "behind":
      return new Error(
        `${cannot}: generation ${outcome.generation} is at position ${
          outcome.position ?? 0
        }, and what is read is further: no process follows it`,
      );
    case "of-other-log":
      return generationOfOtherLog({ act, name: view.name, generation: outcome.generation });
    case "changed": {
      const cause = `generation ${outcome.generation} is read by now, somebody else was first`;
      return new Refusal("generation-changed", `${cannot}: ${cause}`);
    }
    case "locked":
      return heldUp(cannot);
  }
}

function dropAct(
  { name: act, summary, which }: {
    readonly name: "drop" | "abort";
    readonly summary: string;
    readonly which: "candidate" | "retired";
  },
): acts.OperatorsAct<ProjectionsContext> {
  return actOn({
    name: act,
    summary,
    async run({ sql, view }, signal) {
      const cannot = `Cannot ${act} "${view.name}"`;
      const outcome = await patiently(
        () => dropGenerations(sql, { view, which }),
        { signal, isOver: ({ type }) => type !== "locked" },
      );
      if (outcome.type === "locked") throw heldUp(cannot);
      const { generations } = outcome;
      if (generations.length === 0) {
        const what = which === "retired" ? "was read before" : "is being built, or ready";
        const all = await generationsOf(sql, view.name);
        throw noGeneration(all, { act, name: view.name, what });
      }
      const text = `Dropped generation ${generations.join(", ")} of "${view.name}"`;
      return { value: { generations }, text };
    },
  });
}

function heldUp(cannot: string): Error {
  return new Error(`${cannot}: somebody reads or writes it for long`);
}

/** Tries until nobody is in the way any more, but not for ever. */
async function patiently<Outcome>(
  attempt: () => Promise<Outcome>,
  { signal, isOver }: { readonly signal: AbortSignal; isOver(outcome: Outcome): boolean },
): Promise<Outcome> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const outcome = await attempt();
    if (isOver(outcome) || performance.now() > end || signal.aborted) return outcome;
    await time.pause(againMs, { signal });
  }
}
