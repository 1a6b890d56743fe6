import { countBy, outcomesOf, outcomeTable, palette, verdictLines } from "@shop/demo";
import { percentile } from "../performance/measure.ts";
import type { Fault } from "./fault_plan.ts";
import type { Memory } from "./flatness.ts";
import { nameOf, objectionsTo, type PhaseResult, restsOf, type ShopResult } from "./shop_result.ts";

const plain = palette({ colour: false });

/** Lines for people. */
export function shopReport(
  result: ShopResult,
  { seed, customers, heapMb }: {
    readonly seed: number;
    readonly customers: number;
    readonly heapMb: number;
  },
): readonly string[] {
  const { topology, orders, phases, restart, verdicts } = result;
  const objections = objectionsTo(result);
  const longestRestMs = Math.max(...restsOf(result).map(({ restMs }) => restMs));
  return [
    "",
    `${orders.length} orders, ${topology}, seed ${seed}: ${customers} customers at a time, heaps of ${heapMb} MB`,
    "",
    ...phaseTable(phases),
    ...refusals(phases),
    "",
    ...outcomeTable(outcomesOf(orders, phases.at(-1)?.ended ?? []), plain),
    "",
    ...faultTable(result),
    `All killed at rest: served again after ${seconds(restart.servedAgainMs)} s, ` +
    `at rest ${seconds(restart.restMs)} s after that`,
    "",
    ...memoryTable(result),
    "",
    ...verdictLines(verdicts, plain),
    "",
    ...(objections.length === 0
      ? [`All is well: memory stayed flat, rest never took longer than ${seconds(longestRestMs)} s`]
      : objections),
  ];
}

const statuses = ["confirmed", "shipped", "delivered", "cancelled"];

function phaseTable(phases: readonly PhaseResult[]): readonly string[] {
  return columns([
    [
      ...["phase", "orders/s", ...statuses, "placing p50 ms", "p99"],
      ...["longest stall ms", "of it CPU", "in", "rest s"],
    ],
    ...phases.map(({ phase, ms, ended, answers, stall, restMs }, index) => {
      const before = statusCounts(phases[index - 1]?.ended ?? []);
      const after = statusCounts(ended);
      return [
        nameOf(phase),
        ((phase.endOrder - phase.firstOrder) / ms * 1_000).toFixed(1),
        ...statuses.map((_, status) => String(after[status]! - before[status]!)),
        percentile(answers.placingMs, 0.5).toFixed(0),
        percentile(answers.placingMs, 0.99).toFixed(0),
        stall.ms.toFixed(0),
        stall.cpuMs.toFixed(0),
        stall.part,
        seconds(restMs),
      ];
    }),
  ]);
}

/** One line for each phase in which customers were asked for patience. */
function refusals(phases: readonly PhaseResult[]): readonly string[] {
  return phases.flatMap(({ phase, answers: { refused } }) => {
    const kinds = Object.entries(refused).filter(([, codes]) => codes.size > 0)
      .map(([kind, codes]) =>
        `${kind} ${[...codes].map(([code, number]) => `${number} ${code}`).join(", ")}`
      );
    return kinds.length === 0 ? [] : [`Refused in ${nameOf(phase)}: ${kinds.join("; ")}`];
  });
}

function statusCounts(ended: PhaseResult["ended"]): readonly number[] {
  const counts = countBy(ended.map(({ status }) => status));
  return statuses.map((status) => counts.get(status) ?? 0);
}

function faultTable({ phases, startedAt }: ShopResult): readonly string[] {
  return columns([
    ["fault", "phase", "at s", "served again after s"],
    ...phases.flatMap(({ phase, struck }) =>
      struck.map(({ fault, at, servedAgainMs }) => [
        described(fault),
        nameOf(phase),
        seconds(at - startedAt),
        seconds(servedAgainMs),
      ])
    ),
  ]);
}

function described({ act, victim, frozenMs = 0 }: Fault): string {
  if (act === "kill") return `kill -9 ${victim}`;
  return act === "freeze" ? `${victim} frozen for ${seconds(frozenMs)} s` : `${victim} restarted`;
}

function memoryTable({ memory, phases }: ShopResult): readonly string[] {
  const moments: readonly Memory[] = [memory, ...phases.map((phase) => phase.memory)];
  const names = ["start", ...phases.map(({ phase }) => `${Math.round(phase.to * 100)} %`)];
  const kinds = [["RSS", "rssBytes"], ["heap", "heapBytes"], ["caches", "cacheBytes"]] as const;
  return columns([
    ["MB, at rest", "", ...names],
    ...memory.parts.flatMap(({ part }) =>
      kinds.map(([kind, field]) => [
        part,
        kind,
        ...moments.map(({ parts }) =>
          megabytes(parts.find((other) => other.part === part)?.[field] ?? 0)
        ),
      ])
    ),
    ["PostgreSQL", "RSS", ...moments.map(({ postgresBytes }) => megabytes(postgresBytes))],
  ]);
}

function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]!.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  );
  return rows.map((row) =>
    row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
    ).join("  ").trimEnd()
  );
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0);
}
