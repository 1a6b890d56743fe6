import { acts } from "@headwater/core";
import { z } from "zod";
import {
  entityId,
  percentage,
  routeName,
  sideSchema,
  type StrangledRouteCommand,
} from "./contract.ts";
import { foretellChange, shareOf } from "./foretold_change.ts";
import type { ShadowReport } from "./judge_shadow.ts";
import {
  type Changed,
  changeRoute,
  listRoutes,
  moveEntity,
  reportOf,
  type RoutesContext,
} from "./routes_context.ts";
import { changedText, reportText, routesTable } from "./routes_text.ts";

type Context = RoutesContext & acts.ActContext;

/** A line for whoever asks later. */
const reason = z.string().trim().min(1, "Say why, in a line").max(500);
const share = z.string().regex(/^\d{1,3}(\.\d{1,2})?$/, "Must be 0 to 100, two decimals at most")
  .transform(Number).pipe(percentage).or(percentage);
const route = routeName;

const list = acts.operatorsAct({
  name: "list",
  summary: "strangled routes: the side that serves them, who decided that last, and why",
  args: z.strictObject({}),
  changes: false,
  async run(_args, context: Context) {
    const rows = await listRoutes(context);
    return { value: rows, text: routesTable(rows), isDone: true };
  },
});

const set = acts.operatorsAct({
  name: "set",
  summary: "who is served by the new side: legacy (nobody), 12.5 (per cent) or new (all, no net)",
  args: z.strictObject({ route, share: z.enum(["legacy", "new"]).or(share), reason }),
  options: ["reason"],
  changes: true,
  async run(args, context: Context) {
    const { route, share, reason } = args;
    const mode = typeof share === "number" ? "canary" : share;
    const percent = typeof share === "number" ? share : share === "new" ? 100 : 0;
    const data = { route, mode, percent, reason, by: actorOf(context) } as const;
    return await change(context, { act: "set", args, command: { type: "SetRouteShare", data } });
  },
  isAsked: true,
  subject: ({ route }) => route,
  foretell: async ({ route, share }, context: Context) =>
    await foretellChange(context, {
      ...{ route, to: `${share}${typeof share === "number" ? " %" : ""}` },
      undo: (row) => ({ name: "set", args: { route, share: shareOf(row) } }),
    }),
});

const shadow = acts.operatorsAct({
  name: "shadow",
  summary: "for how many requests (per cent) the new side is asked as well; begins a new report",
  args: z.strictObject({ route, percent: share, reason }),
  options: ["reason"],
  changes: true,
  async run(args, context: Context) {
    const data = { ...args, by: actorOf(context) };
    return await change(context, {
      act: "shadow",
      args,
      command: { type: "SetRouteShadow", data },
    });
  },
  isAsked: true,
  subject: ({ route }) => route,
  foretell: async ({ route, percent }, context: Context) =>
    await foretellChange(context, {
      ...{ route, to: `${percent} % shadowed, in a new report` },
      undo: ({ shadowPercent }) => ({
        name: "shadow",
        args: { route, percent: String(shadowPercent) },
      }),
    }),
});

const kill = acts.operatorsAct({
  name: "kill",
  summary: "everything to the legacy side, whatever else is decided; --lift ends that",
  args: z.strictObject({ route, lift: z.boolean().optional(), reason }),
  options: ["lift", "reason"],
  changes: true,
  async run(args, context: Context) {
    const { lift = false, ...said } = args;
    const data = { ...said, by: actorOf(context) };
    const type = lift ? "ReviveRoute" : "KillRoute";
    return await change(context, { act: "kill", args, command: { type, data } });
  },
  isAsked: true,
  subject: ({ route }) => route,
  foretell: async ({ route, lift = false }, context: Context) =>
    await foretellChange(context, {
      ...{ route, to: lift ? "not killed, as decided before" : "killed, all to the legacy side" },
      undo: () => ({ name: "kill", args: lift ? { route } : { route, lift: true } }),
    }),
});

const report = acts.operatorsAct({
  name: "report",
  summary: "what the new side would have answered otherwise, and whether it is safe to raise",
  args: z.strictObject({ route }),
  changes: false,
  async run({ route }, context: Context) {
    const value: ShadowReport = await reportOf(context, route);
    return { value, text: reportText(value), isDone: true };
  },
});

const move = acts.operatorsAct({
  name: "move",
  summary: "an entity to the other side, where its data are by now: it stays with that one",
  args: z.strictObject({ route, entity: entityId, side: sideSchema, reason }),
  options: ["reason"],
  changes: true,
  async run(args, context: Context) {
    const { route, entity, side } = args;
    const value = context.ask
      ? await asked(context, "move", args)
      : { ...args, ...await moveEntity(context, { ...args, by: actorOf(context) }) };
    return { value, text: `"${entity}" of "${route}" stays with the ${side} side`, isDone: true };
  },
  isAsked: true,
  // Each for itself: many are moved at a time
  subject: ({ route, entity }) => `${route} ${entity}`,
  foretell: async ({ route, entity, side }, context: Context) =>
    await foretellChange(context, { route, to: `"${entity}" stays with the ${side} side` }),
});

/** All that operators do to strangled routes. */
export const routesActs: readonly acts.OperatorsAct<RoutesContext>[] = [
  ...[list, set, shadow, kill, report, move],
];

function actorOf({ actor = "operator" }: RoutesContext): string {
  return actor.trim().slice(0, 100) || "operator";
}

async function change(
  context: Context,
  { act, args, command }: {
    readonly act: string;
    readonly args: object;
    readonly command: StrangledRouteCommand;
  },
): Promise<acts.ActOutcome> {
  const value = context.ask
    // The same act of the same application
    ? await asked(context, act, args) as Changed
    : await changeRoute(context, command);
  return { value, text: changedText(value), isDone: true };
}

async function asked(context: RoutesContext, act: string, args: object): Promise<unknown> {
  return await context.ask?.({ path: `routes/${act}`, args, actor: context.actor });
}
