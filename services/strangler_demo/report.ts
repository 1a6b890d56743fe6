import { type Palette, verdictLines } from "@shop/demo";
import type { Verdict } from "@shop/judge";
import { during, isFailed, type Observation, p95Of, type Step, subjectsOf } from "./observation.ts";

/** What a step was like, in numbers. */
export type StepFigures = {
  readonly step: string;
  readonly requests: number;
  /** What the new side had, in per cent: of customers who asked for what nobody had written, and of all answers. */
  readonly newSide: { readonly customers: number | null; readonly answers: number };
  readonly failed: number;
  /** Milliseconds; null: that side answered nobody. */
  readonly p95: { readonly legacy: number | null; readonly new: number | null };
  readonly outcome: string;
};

export function figuresOf(step: Step, observations: readonly Observation[]): StepFigures {
  const seen = during(step, observations);
  const { legacy, new: taken } = subjectsOf(seen);
  const answers = seen.filter(({ side }) => side === "new").length;
  return {
    step: step.title,
    requests: seen.length,
    newSide: {
      customers: share(taken.size, legacy.union(taken).size),
      answers: share(answers, seen.length) ?? 0,
    },
    failed: seen.filter(isFailed).length,
    p95: { legacy: rounded(p95Of(seen, "legacy")), new: rounded(p95Of(seen, "new")) },
    outcome: step.outcome,
  };
}

/** The way as a table, and what held. */
export function reportLines(
  { figures, verdicts, durationMs }: {
    readonly figures: readonly StepFigures[];
    readonly verdicts: readonly Verdict[];
    readonly durationMs: number;
  },
  paint: Palette,
): string[] {
  const rows = figures.map(({ step, requests, newSide, failed, p95 }) => [
    step,
    String(requests),
    percent(newSide.customers),
    percent(newSide.answers),
    String(failed),
    milliseconds(p95.legacy),
    milliseconds(p95.new),
  ]);
  const heads = ["", "requests", "customers", "answers", "failed", "p95 old", "p95 new"];
  const widths = heads.map((head, column) =>
    Math.max(...[head, ...rows.map((row) => row[column]!)].map(({ length }) => length))
  );
  function line(cells: readonly string[]): string {
    return cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
    ).join("  ");
  }
  const above = " ".repeat(widths[0]! + widths[1]! + 4) +
    "of the new side".padStart(widths[2]! + widths[3]! + 2);
  const broken = verdicts.filter(({ holds }) => !holds).length;
  const seconds = (durationMs / 1_000).toFixed(1);
  return [
    "",
    paint.bold(above),
    paint.bold(line(heads)),
    ...rows.flatMap((row, index) => {
      const { outcome, failed } = figures[index]!;
      const told = failed > 0 ? paint.yellow(line(row)) : line(row);
      return outcome === "" ? [told] : [told, `  ${paint.dim(outcome)}`];
    }),
    "",
    ...verdictLines(verdicts, paint),
    "",
    broken === 0
      ? paint.green(`All holds: the catalogue has taken over from the old shop in ${seconds} s`)
      : paint.red(`${broken} of ${verdicts.length} do not hold`),
  ];
}

function share(part: number, all: number): number | null {
  return all === 0 ? null : Math.round(part / all * 1_000) / 10;
}

function percent(share: number | null): string {
  return share === null ? "–" : `${share.toFixed(1)} %`;
}

function milliseconds(ms: number | null): string {
  return ms === null ? "–" : `${ms} ms`;
}

function rounded(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms);
}
