import { z } from "zod";
import { askEach } from "../troubles/ask_each.ts";
import { sagaGroup } from "../troubles/saga_group.ts";
import type { ConsoleDependencies } from "../context/console_context.ts";

const instance = z.looseObject({
  id: z.string(),
  type: z.string(),
  definition: z.string(),
  state: z.string(),
  isCompensating: z.boolean(),
  step: z.string().nullable(),
  target: z.string().nullable(),
  command: z.string().nullable(),
  since: z.string().nullable(),
  sent: z.number(),
  cause: z.string().nullable(),
  startedAt: z.string(),
  cursor: z.string().optional(),
});

const heard = z.looseObject({
  type: z.string(),
  stream: z.string(),
  revision: z.number(),
  answers: z.string().nullable(),
});
const sent = z.looseObject({ step: z.string(), target: z.string(), command: z.string() });
const wayStep = z.looseObject({
  step: z.string(),
  status: z.enum([
    "todo",
    "open",
    "stuck",
    "done",
    "refused",
    "skipped",
    "undone",
    "left",
    "needless",
  ]),
  since: z.string().nullable(),
  timeouts: z.number(),
});

const story = z.looseObject({
  id: z.string(),
  type: z.string(),
  definition: z.string(),
  state: z.string(),
  startedAt: z.string().nullable(),
  keys: z.array(z.string()),
  waits: instance.nullable(),
  way: z.looseObject({
    groups: z.array(z.array(wayStep.extend({ undo: wayStep.nullable() }))),
    before: z.array(wayStep),
    after: z.array(wayStep),
  }).nullable(),
  timers: z.array(z.looseObject({
    name: z.string(),
    dueAt: z.string(),
    step: z.string().optional(),
  })),
  chapters: z.array(z.looseObject({
    at: z.string(),
    heard: heard.nullable(),
    noted: z.array(z.looseObject({ type: z.string(), data: z.unknown(), revision: z.number() })),
    sends: z.array(sent),
    isFinished: z.boolean(),
  })),
  next: z.array(sent),
  broken: z.string().nullable(),
});

/** Unfinished instances that stand alike, as `sagas groups` tells them. */
export type ShownGroup = z.infer<typeof sagaGroup> & { readonly service: string };
/** An unfinished instance, as `sagas list` tells it. */
export type ShownInstance = z.infer<typeof instance>;
/** An instance with what it went through, as `sagas show` tells it. */
export type ShownStory = z.infer<typeof story>;

/** Those of all services that stand alike, the stuck ones first. */
export async function sagaGroups(
  context: ConsoleDependencies,
  signal: AbortSignal,
): Promise<{ readonly groups: readonly ShownGroup[]; readonly silent: readonly string[] }> {
  const silent: string[] = [];
  const found = await askEach(context, {
    ...{ path: "sagas/groups", schema: z.array(sagaGroup), signal },
    onSilent: (service) => silent.push(service),
  });
  const groups = found.flatMap(({ service, value }) => value.map((each) => ({ ...each, service })))
    .toSorted((a, b) =>
      Number(b.state === "stuck") - Number(a.state === "stuck") || b.count - a.count
    );
  return { groups, silent };
}

/** A page of a service's unfinished instances. */
export async function sagaInstances(
  { ask }: ConsoleDependencies,
  { service, args, signal }: {
    readonly service: string;
    readonly args: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
): Promise<readonly ShownInstance[]> {
  return z.array(instance).parse(
    await ask({ service, path: "sagas", args, changes: false, signal }),
  );
}

/** Errors: the `Refusal` where the process has no such instance. */
export async function sagaStory(
  { ask }: ConsoleDependencies,
  { service, process, id, signal }: {
    readonly service: string;
    readonly process: string;
    readonly id: string;
    readonly signal: AbortSignal;
  },
): Promise<ShownStory> {
  const args = { id, process };
  return story.parse(await ask({ service, path: "sagas/show", args, changes: false, signal }));
}

/** The service that runs a process: sagas own the category of their name. Undefined: none does any more. */
export function serviceOfProcess(
  { services }: ConsoleDependencies,
  process: string,
): string | undefined {
  return services.find(({ categories }) => categories.includes(process))?.name;
}
