import { acts, Refusal } from "@headwater/core";
import { z } from "zod";
import { statusOf } from "./instance_status.ts";
import { storyOf } from "./instance_story.ts";
import { listInstances } from "./list_instances.ts";
import type { Process } from "./process.ts";
import { readInstance, readLater } from "./read_instance.ts";
import type { SagasContext } from "./sagas_context.ts";
import { type ShownInstance, storyText } from "./story_text.ts";

const id = z.string().min(1).max(1_000)
  .refine((given) => !/\p{Cc}/u.test(given), "Must not contain control characters")
  .refine((given) => given.isWellFormed(), "Must be well-formed Unicode");

/** The story of an instance, and what it waits for. */
export const showAct: acts.OperatorsAct<SagasContext> = acts.operatorsAct({
  name: "show",
  summary: "an instance's story: what it heard, noted and sent, and what comes next",
  args: z.strictObject({ id, process: z.string().min(1).optional() }),
  options: ["process"],
  changes: false,
  async run({ id, process: name }, context: SagasContext & acts.ActContext) {
    const found = (await Promise.all(
      chosen(context, { id, name }).map((each) => shownInstance(each, { ...context, id })),
    )).filter((each) => each !== undefined);
    const [first, ...others] = found;
    if (!first) throw unknownInstance(context, id);
    if (others.length > 0) {
      const names = found.map(({ type }) => type).join(", ");
      throw new Refusal(
        "saga-ambiguous",
        `Cannot show "${id}": it is an instance of ${names}, say which with --process NAME`,
      );
    }
    return { value: first, text: storyText(first), isDone: true };
  },
});

type Operated = {
  readonly process: Process;
  readonly sql: SagasContext["databases"][number]["sql"];
};

function operatedProcesses({ databases }: SagasContext): readonly Operated[] {
  return databases.flatMap(({ sagas, sql }) => sagas.map((process) => ({ process, sql })));
}

function chosen(
  context: SagasContext,
  { id, name }: { readonly id: string; readonly name: string | undefined },
): readonly Operated[] {
  const all = operatedProcesses(context);
  const some = all.filter(({ process }) => name === undefined || process.name === name);
  if (some.length > 0 || name === undefined) return some;
  const known = all.map(({ process }) => process.name).join(", ") || "none";
  throw new Refusal("saga-unknown", `Cannot show "${id}" of "${name}": known are ${known}`);
}

function unknownInstance(context: SagasContext, id: string): Refusal {
  const known = operatedProcesses(context).map(({ process }) => process.name).join(", ") || "none";
  return new Refusal(
    "saga-unknown",
    `Cannot show "${id}": no process has such an instance (there are ${known}), "sagas list" shows those that are unfinished`,
  );
}

/** Undefined: the process has no such instance. */
async function shownInstance(
  { process, sql }: Operated,
  { id, reads, signal, now = Date.now }: SagasContext & acts.ActContext & { readonly id: string },
): Promise<ShownInstance | undefined> {
  if (!reads) {
    const ask = `GET /ops/sagas/show?id=${encodeURIComponent(id)}`;
    throw new Error(
      `Cannot show "${id}": the log cannot be read from here, ask the service itself: ${ask}`,
    );
  }
  const instance = { process, id };
  const events = await readInstance(instance, { log: reads, signal });
  const isOver = storyOf(instance, events).chapters.at(-1)?.isFinished;
  const later = isOver ? [] : await readLater(instance, { ...events, log: reads, signal });
  // After the log: what it says of an instance is never newer than what is told of it
  const record = (await listInstances(sql, { id })).find((each) => each.process === process.name);
  if (events.own.length === 0 && !record) return undefined;
  const story = storyOf(instance, { ...events, later });
  const last = story.chapters.at(-1);
  // It is not driven, whatever it has to do, before it has taken its input
  const isParked = record?.state === "stuck" && record.step === null;
  const isFinished = !isParked && last?.isFinished === true;
  const waits = record && !isFinished ? statusOf(record, now()) : null;
  return {
    ...{ id, type: process.name, definition: process.name },
    state: isFinished ? "finished" : waits?.state ?? "running",
    startedAt: story.chapters[0]?.at ?? record?.startedAt ?? null,
    keys: [...new Set([id, ...keysOf(process, last?.state)])],
    waits,
    ...story,
    ...(isParked && { next: [] }),
  };
}

function keysOf(process: Process, state: unknown): readonly string[] {
  try {
    return state === undefined ? [] : process.tells?.(state).keys ?? [];
  } catch {
    // The story says that this code cannot take it
    return [];
  }
}
