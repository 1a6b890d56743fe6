/**
 * What is measured, under which name and labels: said once, as a constant, so that names and labels are few, and are seen.
 *
 * Names follow Prometheus: base units (`_seconds`, `_bytes`), `_total` for what only grows.
 */
export type Metric<Label extends string = string, Kind extends MetricKind = MetricKind> = {
  readonly name: string;
  /** For whoever is woken at night: what it says, and of what. */
  readonly help: string;
  readonly kind: Kind;
  /** What tells its numbers apart; each takes few values, never ids of things that come and go. */
  readonly labels: readonly Label[];
  /** Of histograms: the upper bounds that values are counted under, in the metric's unit, rising. */
  readonly buckets?: readonly number[];
};

/** Counters only grow, gauges come and go, histograms count values by their size. */
export type MetricKind = "counter" | "gauge" | "histogram";

/** A value for each label. */
export type Labels<Label extends string> = Readonly<Record<Label, string>>;

/** A number that only grows. */
export type Count = {
  /** Default: 1. */
  add(by?: number): void;
};

/** Values, counted by their size. */
export type Distribution = {
  /** In the metric's unit. */
  note(value: number): void;
};

/** Takes one number of what is looked at. */
export type Say = <Label extends string>(
  metric: Metric<Label, "counter" | "gauge">,
  value: number,
  labels: Labels<Label>,
) => void;

/**
 * Where engines leave numbers about themselves. What is counted costs an addition; what they know anyway is read when
 * somebody looks, and costs nothing otherwise.
 */
export interface Meter {
  /** A count for each set of labels, which is there, as 0, from when it is first asked for. */
  counter<Label extends string>(metric: Metric<Label, "counter">): (labels: Labels<Label>) => Count;
  /** A distribution for each set of labels. */
  histogram<Label extends string>(
    metric: Metric<Label, "histogram">,
  ): (labels: Labels<Label>) => Distribution;
  /**
   * Has `read` say the numbers of these gauges and counters whenever somebody looks, until it is disposed. What it throws,
   * or is late with, is not in that look, which says so.
   */
  observe(metrics: readonly Metric[], read: (say: Say) => void | Promise<void>): Disposable;
}

/** Defines a metric; for constants, so that the names of its labels are known to the compiler. */
export function metric<const Label extends string, const Kind extends MetricKind>(
  definition: Metric<Label, Kind>,
): Metric<Label, Kind> {
  return definition;
}

/** Seconds under which answers are counted: from what a cache answers in to what people give up at. */
export const secondsBuckets: readonly number[] = [
  ...[0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
];

/** Keeps nothing. */
export const silentMeter: Meter = {
  counter: () => () => ({ add() {} }),
  histogram: () => () => ({ note() {} }),
  observe: () => ({ [Symbol.dispose]() {} }),
};
