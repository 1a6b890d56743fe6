import { acts, Refusal } from "@headwater/core";
import { z } from "zod";
import { instanceId, type OperatedProcess, operatedProcesses } from "./instance_choice.ts";
import { statusOf, versionedName, withCauses } from "./instance_status.ts";
import { storyOf } from "./instance_story.ts";
import { listInstances } from "./list_instances.ts";
import type { Process, Told } from "./process.ts";
import { readInstance, readLater } from "./read_instance.ts";
import type { SagasContext } from "./sagas_context.ts";
import { holdingStranded } from "./stranded.ts";
import { type ShownInstance, storyText } from "./story_text.ts";

/** The story of an instance, and what it waits for. */
export const showAct: acts.OperatorsAct<SagasContext> = acts.operatorsAct({
  name: "show",
  summary: "an instance's story: what it heard, noted and sent, and what comes next",
  args: z.strictObject({ id: instanceId, process: z.string().min(1).optional() }),
  options: ["process"],
  changes: false,
  async run({ id, process: name }, context: SagasContext & acts.ActContext) {
    const found = (await Promise.all(
      operatedProcesses(context, { name, act: `show "${id}"` }).map((each) =>
        shownInstance(each, { ...context, id })
      ),
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

function unknownInstance({ databases }: SagasContext, id: string): Refusal {
  const known = databases.flatMap(({ sagas }) => sagas.map(({ name }) => name)).join(", ");
  return new Refusal(
    "saga-unknown",
    `Cannot show "${id}": no process has such an instance (there are ${
      known || "none"
    }), "sagas list" shows those that are unfinished`,
  );
}

/** Undefined: the process has no such instance. */
async function shownInstance(
  { process, sql }: OperatedProcess,
  { id, reads, signal, now = Date.now }: SagasContext & acts.ActContext & { readonly id: string },
): Promise<ShownInstance | undefined> {
  if (!reads) {
    const ask = `GET /ops/sagas/show?id=${encodeURIComponent(id)}`;
    throw new Error(
      `Cannot show "${id}": the log cannot be read from here, ask the service itself: ${ask}`,
    );
  }
  const instance = { process: holdingStranded(process), id };
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
  const [waits = null] = record && !isFinished ? withCauses([statusOf(record, now())]) : [];
  return {
    ...{ id, type: process.name },
    definition: versionedName(process.name, told(process, last?.state)?.version),
    state: isFinished ? "finished" : waits?.state ?? "running",
    startedAt: story.chapters[0]?.at ?? record?.startedAt ?? null,
    keys: [...new Set([id, ...told(process, last?.state)?.keys ?? []])],
    waits,
    way: lenient(() => last && process.way?.(last.state)) ?? null,
    timers: isFinished ? [] : lenient(() => last && process.timers?.(last.state)) ?? [],
    ...story,
    ...(isParked && { next: [] }),
  };
}

function told(process: Process, state: unknown): Told | undefined {
  return lenient(() => state === undefined ? undefined : process.tells?.(state));
}

/** Undefined where this code cannot take the state: the story says so. */
function lenient<Value>(look: () => Value): Value | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
