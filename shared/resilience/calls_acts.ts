import { acts, Refusal, Unavailable } from "@headwater/core";
import { z } from "zod";
import type { CallsState, Isolation } from "./call_book.ts";

/** The calls of an application, or of one of its processes. */
export type OperatedCalls = {
  /** Of all processes; one that does not answer is in it as `unknown`. */
  list(signal: AbortSignal): Promise<readonly CallsState[]>;
  /** Names of targets, whether they were called or not. */
  targets(): readonly string[];
  /**
   * Isolates a target in all processes, or with `undefined` releases it. Gives the processes that could not be told: they
   * hear of it when they are back. Absent: the application that runs is asked for it.
   */
  isolate?(
    target: string,
    options: {
      readonly isolation: Isolation | undefined;
      /** Who wants it. */
      readonly by: string;
      readonly signal: AbortSignal;
    },
  ): Promise<readonly string[]>;
};

/** What acts on calls need. */
export type CallsContext = {
  /** Absent: no application runs here. */
  readonly calls?: OperatedCalls;
  /** Has the application that runs do it. */
  ask?(
    asked: { readonly path: string; readonly args: object; readonly actor?: string },
  ): Promise<unknown>;
  /** Who does it. */
  readonly actor?: string;
};

type Context = CallsContext & acts.ActContext;

const target = z.string().min(1).max(100);
const reason = z.string().trim().min(1, "Say why, in a line").max(1_000).optional();

const list = acts.operatorsAct({
  name: "list",
  summary: "who calls whom, from which process: circuits, places, and what is isolated, since when",
  args: z.strictObject({}),
  changes: false,
  async run(_args, { calls, signal }: Context) {
    if (!calls) return { value: [], text: "No application runs here", isDone: true };
    const value = await calls.list(signal);
    const text = value.length > 0 ? tableOf(value) : "Nobody has called anybody yet";
    return { value, text, isDone: true };
  },
});

const isolate = acts.operatorsAct({
  name: "isolate",
  summary: "refuse all calls to a target, in every process, until it is released",
  args: z.strictObject({ target, reason }),
  options: ["reason"],
  changes: true,
  isAsked: true,
  subject: ({ target }) => target,
  async foretell({ target }, context: Context) {
    const { isolated, callers } = await stateOf(target, context);
    return {
      value: { target, isolated },
      text: isolated
        ? `"${target}" is isolated already`
        : `"${target}" would not be called any more; by now it was by ${callers}`,
      ...(!isolated && { undo: { name: "release", args: { target } } }),
    };
  },
  async run({ target, reason = null }, context: Context) {
    const { ask } = context;
    if (ask) return said(await ask(asked("isolate", { target, reason }, context)));
    await stateOf(target, context);
    const isolation = { by: actorOf(context), reason, since: new Date().toISOString() };
    return await settle(target, { isolation, context });
  },
});

const release = acts.operatorsAct({
  name: "release",
  summary: "let a target be called again that was isolated",
  args: z.strictObject({ target }),
  changes: true,
  isAsked: true,
  subject: ({ target }) => target,
  async foretell({ target }, context: Context) {
    const { isolated } = await stateOf(target, context);
    return {
      value: { target, isolated },
      text: isolated ? `"${target}" would be called again` : `"${target}" is not isolated`,
      ...(isolated && { undo: { name: "isolate", args: { target } } }),
    };
  },
  async run({ target }, context: Context) {
    if (context.ask) return said(await context.ask(asked("release", { target }, context)));
    await stateOf(target, context);
    return await settle(target, { isolation: undefined, context });
  },
});

/** All that operators do to the calls between services. */
export const callsActs: readonly acts.OperatorsAct<CallsContext>[] = [list, isolate, release];

/** What `isolate` and `release` print with `--json`. */
const settled = z.object({
  target: z.string(),
  isolated: z.boolean(),
  missing: z.array(z.string()),
});

async function settle(
  target: string,
  { isolation, context }: { readonly isolation: Isolation | undefined; readonly context: Context },
): Promise<acts.ActOutcome> {
  const { signal } = context;
  const missing = await running(context).isolate?.(target, {
    ...{ isolation, by: actorOf(context), signal },
  });
  return said({ target, isolated: isolation !== undefined, missing });
}

function actorOf({ actor = "operator" }: Context): string {
  return actor;
}

/** Not done as long as a process may go on as before. */
function said(value: unknown): acts.ActOutcome {
  const { target, isolated, missing } = settled.parse(value);
  const what = isolated ? `Nobody calls "${target}" any more` : `"${target}" is called again`;
  const but = missing.length === 0
    ? ""
    : `, but for ${missing.join(", ")}: no answer, they hear of it when they are back`;
  return { value, text: `${what}${but}`, isDone: missing.length === 0 };
}

function asked(act: string, args: object, { actor }: Context) {
  const given = Object.entries(args).filter(([, value]) => value !== null);
  return {
    path: `calls/${act}`,
    args: Object.fromEntries(given),
    ...(actor !== undefined && { actor }),
  };
}

function running({ calls }: Context): OperatedCalls {
  if (calls) return calls;
  throw new Unavailable("Cannot keep anybody from calling: no application runs here", {
    code: "application-away",
  });
}

/** Errors: `Refusal` where there is no such target. */
async function stateOf(target: string, context: Context) {
  const { signal } = context;
  const operated = running(context);
  const calls = await operated.list(signal);
  const own = calls.filter((each) => each.target === target);
  const known = [...new Set([...operated.targets(), ...calls.map(({ target }) => target)])];
  if (own.length === 0 && !known.includes(target)) {
    throw new Refusal(
      "target-unknown",
      `Cannot find target "${target}": there are ${known.toSorted().join(", ")}`,
    );
  }
  const callers = new Set(own.map(({ process }) => process));
  return {
    isolated: own.some(({ isolation }) => isolation !== null),
    callers: [...callers].join(", ") || "nobody",
  };
}

const head = [
  ...["process", "caller", "target", "calls", "circuit", "running", "waiting", "places"],
  "isolated",
];

function tableOf(calls: readonly CallsState[]): string {
  return acts.textTable([head, ...calls.map(cellsOf)]);
}

function cellsOf({ isolation, ...state }: CallsState): readonly string[] {
  const { process, caller, target, calls, breaker, running, waiting, places } = state;
  const why = isolation
    ? [isolation.since, "by", isolation.by, isolation.reason ?? ""].join(" ").trimEnd()
    : "";
  return [process, caller, target, calls, breaker, ...[running, waiting, places].map(String), why];
}
