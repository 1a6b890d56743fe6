import type { Metric } from "./meter.ts";

/** A number, and the values of its labels in the order in which the metric has them. */
export type SimpleSeries = { readonly values: readonly string[]; value: number };

/** How many values were at most so large, bucket by bucket, and what they come to. */
export type HistogramSeries = {
  readonly values: readonly string[];
  /** Of each bucket those that are in none before it. */
  readonly counts: readonly number[];
  readonly count: number;
  readonly sum: number;
};

export type Series = SimpleSeries | HistogramSeries;

/** The media type of pages. */
export const prometheusType = "text/plain; version=0.0.4; charset=utf-8";

/**
 * A metric in the [text format](https://prometheus.io/docs/instrumenting/exposition_formats) of Prometheus; where it has
 * no numbers yet, what it would say.
 */
export function metricText(metric: Metric, series: Iterable<Series>): string {
  const { name, help, kind } = metric;
  const escaped = help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  const lines = [`# HELP ${name} ${escaped}`, `# TYPE ${name} ${kind}`];
  for (const each of series) {
    if ("value" in each) {
      lines.push(`${name}${inBraces(labelsText(metric, each.values))} ${numberText(each.value)}`);
    } else lines.push(...histogramLines(metric, each));
  }
  return `${lines.join("\n")}\n`;
}

function histogramLines(
  metric: Metric,
  { values, counts, count, sum }: HistogramSeries,
): readonly string[] {
  const { name, buckets = [] } = metric;
  const labels = labelsText(metric, values);
  let below = 0;
  return [
    ...buckets.map((bound, index) => {
      below += counts[index]!;
      return `${name}_bucket${inBraces(joined(labels, `le="${bound}"`))} ${below}`;
    }),
    `${name}_bucket${inBraces(joined(labels, 'le="+Inf"'))} ${count}`,
    `${name}_sum${inBraces(labels)} ${numberText(sum)}`,
    `${name}_count${inBraces(labels)} ${count}`,
  ];
}

function inBraces(labels: string): string {
  return labels && `{${labels}}`;
}

function joined(labels: string, more: string): string {
  return labels === "" ? more : `${labels},${more}`;
}

function labelsText({ labels }: Metric, values: readonly string[]): string {
  return labels.map((label, index) => `${label}="${escapedValue(values[index]!)}"`).join(",");
}

function escapedValue(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

/** Infinity and NaN have names of their own there. */
function numberText(value: number): string {
  if (value === Infinity) return "+Inf";
  if (value === -Infinity) return "-Inf";
  // What is beyond twelve digits of a sum of seconds is the computer's own
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(12)));
}
