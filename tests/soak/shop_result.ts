import { type EndedOrder, outcomesOf, type PlannedOrder } from "@shop/demo";
import type { Verdict } from "@shop/judge";
import type { Answers } from "./counted_answers.ts";
import type { Phase } from "./fault_plan.ts";
import { growthOf, type Memory } from "./flatness.ts";
import type { Topology } from "./shop_options.ts";
import type { Struck } from "./strike.ts";
import type { Stall } from "./vitals.ts";

/** What a phase was like; times in milliseconds. */
export type PhaseResult = {
  readonly phase: Phase;
  /** From its first order to the end of its last story. */
  readonly ms: number;
  readonly answers: Answers;
  readonly stall: Stall & { readonly part: string };
  readonly struck: readonly Struck[];
  /** From the end of the last fault, or the last order where that was later. */
  readonly restMs: number;
  /** All orders so far, as the shop shows them at rest. */
  readonly ended: readonly EndedOrder[];
  readonly memory: Memory;
};

/** What a shop in one topology went through. */
export type ShopResult = {
  readonly topology: Topology;
  /** As `performance.now()` counts. */
  readonly startedAt: number;
  readonly orders: readonly PlannedOrder[];
  /** Before the first order. */
  readonly memory: Memory;
  readonly phases: readonly PhaseResult[];
  /** At rest, in the end, all of its processes were killed at once. */
  readonly restart: { readonly servedAgainMs: number; readonly restMs: number };
  /** What ended by itself. */
  readonly lost: readonly string[];
  readonly verdicts: readonly Verdict[];
};

/** After the last fault of a phase, and after the restart in the end. */
const longestRestMs = 10_000;
/** From then on memory must be flat: its code is warm, and no process is killed any more. */
const flatFrom = 0.25;

/** What is not as it must be, in sentences. */
export function objectionsTo(result: ShopResult): readonly string[] {
  const { phases, lost, verdicts, orders } = result;
  const warm = phases.find(({ phase }) => phase.to === flatFrom);
  const end = phases.at(-1);
  return [
    ...restsOf(result).filter(({ restMs }) => restMs > longestRestMs)
      .map(({ after, restMs }) => `Rest took ${(restMs / 1_000).toFixed(1)} s after ${after}`),
    ...(warm && end ? growthOf(warm.memory, end.memory) : []),
    ...lost.map((process) => `Ended by itself: ${process}`),
    ...verdicts.filter(({ holds }) => !holds)
      .map(({ name, detail }) => `Does not hold: ${name}: ${detail}`),
    ...outcomesOf(orders, end?.ended ?? []).filter(({ asTold }) => !asTold)
      .map(({ story }) => `Ended otherwise: ${story.title}`),
  ];
}

/** How long rest took each time. */
export function restsOf(
  { phases, restart }: Pick<ShopResult, "phases" | "restart">,
): readonly { readonly after: string; readonly restMs: number }[] {
  return [
    ...phases.map(({ phase, restMs }) => ({ after: nameOf(phase), restMs })),
    { after: "the restart", restMs: restart.restMs },
  ];
}

/** For example `25–50 %`. */
export function nameOf({ from, to }: Phase): string {
  return `${Math.round(from * 100)}–${Math.round(to * 100)} %`;
}
