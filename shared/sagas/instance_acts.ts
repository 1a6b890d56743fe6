import { acts, machine, Refusal, time } from "@headwater/core";
import { z } from "zod";
import { foretell } from "./foretold_act.ts";
import {
  type ChosenInstance,
  chosenInstances,
  filterArgs,
  filterOf,
  instanceId,
  operatedProcesses,
} from "./instance_choice.ts";
import { waitsText } from "./instance_status.ts";
import type { Operated } from "./notice.ts";
import { type ActAnswer, answersTo, askActs } from "./process_acts.ts";
import type { SagasContext } from "./sagas_context.ts";

type Context = SagasContext & acts.ActContext;
type ActName = Operated["act"];

/** How long an act waits for what becomes of it. */
const usualPatienceMs = 10_000;
const lookEveryMs = 100;
/** So many are put on record by one statement, and asked after. */
const askedAtOnce = 1_000;
const foretoldAtOnce = 16;
/** Of so many it is looked what an act would lead to; of the others it is told where they stand. */
const mostForetold = 200;

const anyArgs = z.strictObject({
  id: instanceId.optional(),
  process: z.string().min(1).optional(),
  ...filterArgs,
  reason: z.string().min(1).max(1_000).optional(),
  dryRun: z.boolean().optional(),
});
const skipArgs = anyArgs.required({ step: true, reason: true });

/** What is to be done to one instance. */
type Asked = ChosenInstance & { readonly notice: Operated };
/** What became of it; without an answer nobody has done it yet. */
type Done = Asked & { readonly answer: ActAnswer | undefined };

/** What operators do to instances that cannot go on by themselves: to one by its id, or to all that a filter finds. */
export const instanceActs: readonly acts.OperatorsAct<SagasContext>[] = [
  instanceAct("retry", "do what is stuck anew, as another command"),
  instanceAct("resume", "go on with what is stuck, by the same command"),
  instanceAct("compensate", "undo what an instance has done"),
  { ...instanceAct("skip", "take a step for done, with the reason why", skipArgs), role: "admin" },
];

function instanceAct(
  name: ActName,
  summary: string,
  args: z.ZodObject = anyArgs,
): acts.OperatorsAct<SagasContext> {
  return acts.operatorsAct({
    ...{ name, summary, args },
    options: ["process", "state", "older", "step", "key", "failure", "reason", "dryRun"],
    changes: true,
    async run(words, context: Context) {
      const given = anyArgs.parse(words);
      const asked = await askedFor(name, given, context);
      if (given.dryRun) {
        const { value, text } = await foretold(asked, context);
        return { value: { isDryRun: true, ...value }, text, isDone: true };
      }
      for (let at = 0; at < asked.length; at += askedAtOnce) {
        await ask(asked.slice(at, at + askedAtOnce));
      }
      const done = await answered(asked, context);
      const [first] = done;
      if (given.id !== undefined && first?.answer?.code !== undefined) {
        throw new Refusal(first.answer.code, first.answer.message ?? first.answer.code);
      }
      return outcomeOf(done);
    },
    subject: (words) => anyArgs.parse(words).id,
    async foretell(words, context: Context) {
      return await foretold(await askedFor(name, anyArgs.parse(words), context), context);
    },
  });
}

/** What is to be done to whom. Errors: `Refusal` where nobody is named, or it is not known who is meant. */
async function askedFor(
  act: ActName,
  { id, process: name, reason = "", dryRun: _, ...asked }: z.infer<typeof anyArgs>,
  context: Context,
): Promise<readonly Asked[]> {
  const { now = Date.now, actor = "operator" } = context;
  const { step, ...others } = asked;
  if (id === undefined && Object.values(asked).every((each) => each === undefined)) {
    throw new Refusal(
      "saga-not-named",
      `Cannot ${act}: say which ID, or a filter as "list" has it`,
    );
  }
  if (id !== undefined && Object.values(others).some((each) => each !== undefined)) {
    throw new Refusal("saga-ambiguous", `Cannot ${act} "${id}": give its ID, or a filter`);
  }
  const what = id === undefined ? act : `${act} "${id}"`;
  const processes = operatedProcesses(context, { name, act: what });
  const chosen = await chosenInstances(processes, {
    id: id ?? null,
    filter: id === undefined ? filterOf(asked) : {},
    now: now(),
  });
  if (id !== undefined) requireOne(chosen, { id, act });
  const unable = chosen.find(({ process }) => process.notice === undefined);
  if (unable && (id !== undefined || name !== undefined)) {
    const cause = "what it has to do is sent again by itself";
    throw new Refusal(
      "act-not-taken",
      `Cannot ${what}: "${unable.process.name}" takes no acts, ${cause}`,
    );
  }
  const at = new Date(now()).toISOString();
  return chosen.filter(({ process }) => process.notice).map((each) => {
    // Of many, each at the step where it stands
    const named = id === undefined && step !== undefined ? each.status.step ?? step : step;
    const isOfStep = act !== "compensate" && named !== undefined;
    const notice: Operated = {
      ...{ type: "Operated", act, actId: crypto.randomUUID(), actor, reason, at },
      ...(isOfStep && { step: named }),
    };
    return { ...each, notice };
  });
}

function requireOne(
  chosen: readonly ChosenInstance[],
  { id, act }: { readonly id: string; readonly act: string },
): void {
  if (chosen.length === 1) return;
  const names = chosen.map(({ process }) => process.name).join(", ");
  throw chosen.length === 0
    ? new Refusal(
      "saga-unknown",
      `Cannot ${act} "${id}": no unfinished instance has that id, "sagas list" shows them`,
    )
    : new Refusal(
      "saga-ambiguous",
      `Cannot ${act} "${id}": it is an instance of ${names}, say which with --process NAME`,
    );
}

async function ask(asked: readonly Asked[]): Promise<void> {
  for (const [sql, own] of Map.groupBy(asked, (each) => each.sql)) {
    await askActs(
      sql,
      own.map(({ process, status: { id }, notice }) => {
        return { process: process.name, id, ...notice };
      }),
    );
  }
}

/** Waits until something has become of all of them, but not for ever. */
async function answered(asked: readonly Asked[], context: Context): Promise<readonly Done[]> {
  const { signal, progress, patienceMs = usualPatienceMs } = context;
  const answers = new Map<string, ActAnswer>();
  const end = performance.now() + patienceMs;
  for (;;) {
    const open = asked.filter(({ notice }) => !answers.has(notice.actId)).slice(0, askedAtOnce);
    for (const [sql, own] of Map.groupBy(open, (each) => each.sql)) {
      const found = await answersTo(sql, own.map(({ notice }) => notice.actId));
      for (const answer of found) answers.set(answer.actId, answer);
    }
    const left = asked.length - answers.size;
    if (left === 0 || performance.now() > end || signal.aborted) break;
    progress(`${left} to do`);
    await time.pause(lookEveryMs, { signal });
  }
  return asked.map((each) => ({ ...each, answer: answers.get(each.notice.actId) }));
}

function outcomeOf(done: readonly Done[]): acts.ActOutcome {
  const undone = done.filter(({ answer }) => answer?.outcome !== "done");
  const isDone = undone.length === 0;
  const isOver = undone.every(({ answer }) => answer !== undefined);
  const value = done.map((each) => ({
    ...valueOf(each),
    actId: each.notice.actId,
    outcome: each.answer?.outcome ?? "asked",
    code: each.answer?.code ?? null,
    message: each.answer?.message ?? null,
  }));
  const text = done.map(({ notice: { act }, status: { id }, answer }) => {
    if (!answer) return `${act} "${id}" is on record: it is done when its service runs`;
    return answer.outcome === "done" ? `${act} "${id}" is done` : answer.message ?? "";
  });
  const many = `${done.length - undone.length} of ${done.length} are done`;
  const lines = isDone || done.length === 1 ? text : [many, ...text];
  return {
    ...{
      value: { isDone, acts: value },
      text: lines.map(machine.inOneLine).join("\n") || nobody,
      isDone,
    },
    ...(!isDone && isOver && { ended: "refused" }),
  };
}

const nobody = "No unfinished instance is like that";

function valueOf({ process, status: { id, state }, notice: { act, step } }: Asked) {
  return { process: process.name, id, act, step: step ?? null, state };
}

/** What would be done, and to whom. */
async function foretold(asked: readonly Asked[], context: Context) {
  const { reads } = context;
  const places = new machine.Places(foretoldAtOnce);
  const all = await Promise.all(asked.map(async (each, index) => {
    const { process, status: { id }, notice } = each;
    const would = reads && index < mostForetold &&
      await places.take(() => foretell({ process, id, notice }, { ...context, reads }));
    return { each, would: would || null };
  }));
  const lines = all.map(({ each: { status, notice: { act }, process }, would }) => {
    const waits = waitsText(status);
    const who = `${act} ${process.name} ${status.id} (${status.state}${waits && `, ${waits}`})`;
    if (!would) return `would ${who}`;
    return "code" in would
      ? `would not ${who}: ${would.message}`
      : `would ${who}: notes ${would.notes.join(", ") || "nothing"}`;
  });
  const value = {
    acts: all.map(({ each, would }) => ({
      ...valueOf(each),
      since: each.status.since,
      would,
    })),
  };
  return { value, text: lines.map(machine.inOneLine).join("\n") || nobody };
}
