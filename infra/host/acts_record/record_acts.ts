import { acts, type EventLog, machine, Unavailable } from "@headwater/core";
import { z } from "zod";
import { actsStream, pageOfActs, type RecordedAct } from "./read_acts.ts";

type Context = { readonly reads?: Pick<EventLog, "read"> } & acts.ActContext;

const mostListed = 500;
const usuallyListed = 50;
/** Who is at it for longer has died, or somebody has to look. */
const usualMs = 60_000;

const word = z.string().min(1);
const beforeFault = "Must be the nextCursor of an earlier page";

/** An act as operators are shown it. */
export type ListedAct = ReturnType<typeof listed>;

const list = acts.operatorsAct({
  name: "list",
  summary: "who did what, when and why, and what came of it; newest first",
  args: z.strictObject({
    actor: word.optional(),
    engine: word.optional(),
    act: word.optional(),
    subject: word.optional(),
    before: z.coerce.number(beforeFault).int(beforeFault).min(0, beforeFault).optional(),
    limit: machine.pageLimit(mostListed).optional(),
  }),
  options: ["actor", "engine", "act", "subject", "before", "limit"],
  changes: false,
  async run({ before, limit = usuallyListed, ...asked }, { reads, signal }: Context) {
    if (!reads) throw new Unavailable("Cannot list acts: the log cannot be read from here");
    const { items, next, unread } = await pageOfActs(reads, {
      ...{ before, limit, signal },
      isAskedFor: (act) =>
        Object.entries({ ...act }).every(([key, value]) => {
          const wanted = Object.entries(asked).find(([name]) => name === key)?.[1];
          return wanted === undefined || wanted === value;
        }),
    });
    const now = Date.now();
    const shown = items.map((act) => listed(act, now));
    const nextCursor = next === null ? null : String(next);
    const value = { items: shown, nextCursor, unread };
    return { value, text: textOf(value), isDone: true };
  },
});

/** What operators do to the record of acts: look. */
export const recordActs: readonly acts.OperatorsAct<
  { readonly reads?: Pick<EventLog, "read"> }
>[] = [list];

function listed({ id: _, revision, ended, ...act }: RecordedAct, now: number) {
  const isLate = now - Date.parse(act.at) > usualMs;
  return {
    ...act,
    stream: actsStream,
    revision,
    outcome: ended?.outcome ?? (isLate ? "unknown" as const : "under-way" as const),
    endedAt: ended?.at ?? null,
    code: ended?.code ?? null,
    text: ended?.text ?? null,
    changed: ended?.value ?? null,
    // Nothing is taken back of which nothing has come
    undo: ended?.undo ??
      (ended?.outcome === "done" || ended?.outcome === "goes-on" ? act.undo : null),
  };
}

const outcomeWords = {
  done: "done",
  "goes-on": "goes on",
  refused: "refused",
  failed: "failed",
  unknown: "outcome unknown",
  "under-way": "under way",
};

function textOf({ items, nextCursor, unread }: {
  readonly items: readonly ListedAct[];
  readonly nextCursor: string | null;
  readonly unread: readonly number[];
}): string {
  const missing = unread.map((revision) =>
    `Event ${revision} of stream "${actsStream}" cannot be read by this release: what it says is not among these`
  );
  if (items.length === 0) return ["Nobody has done anything like that", ...missing].join("\n");
  const lines = items.map(({ at, actor, engine, act, args, reason, outcome, text, would, undo }) =>
    [
      `${at}  ${actor}  ${engine} ${act}${argsText(args)}  ${outcomeWords[outcome]}`,
      `    ${reason === null ? "no reason given" : `because ${reason}`}`,
      ...(text ?? would ?? "").split("\n").slice(0, 3).filter(Boolean).map((line) => `    ${line}`),
      ...(undo ? [`    undone by: ${engine} ${undo.name}${argsText(undo.args)}`] : []),
    ].map(machine.inOneLine).join("\n")
  );
  const older = nextCursor ? [`Older ones: acts list --before ${nextCursor}`] : [];
  return [...lines, ...missing, ...older].join("\n");
}

/** As a command line takes them, or nearly. */
function argsText(args: Readonly<Record<string, unknown>>): string {
  return Object.entries(args).filter(([key]) => key !== "reason")
    .map(([, value]) => ` ${typeof value === "string" ? value : JSON.stringify(value)}`).join("");
}
