import { type Clock, realClock } from "./clock.ts";
import { type Labels, type Meter, type Metric, metric, type Say } from "./meter.ts";
import { metricText, type Series, type SimpleSeries } from "./prometheus_text.ts";

/** A meter whose numbers are a page of Prometheus' text format. */
export type PrometheusMeter = Meter & {
  /** All numbers as they are now. */
  page(): Promise<string>;
};

/** More sets of labels than that are no labels but ids: they would cost more than all that is measured. */
const mostSeries = 2_000;
/** Prometheus gives up after 10 s by default; who waits for one that is late gets the other numbers soon all the same. */
const patienceMs = 1_000;

const unread = metric({
  kind: "gauge",
  name: "headwater_metrics_unread",
  help: "1: this metric could not be read for this page, so its numbers are missing below",
  labels: ["metric"],
});

type Family = {
  readonly metric: Metric;
  readonly series: Map<string, Series>;
};

type Observer = { readonly metrics: readonly Metric[]; read(say: Say): void | Promise<void> };

/**
 * A meter of one process, for everything that runs in it. The same metric may be had by many, who then share its counts.
 *
 * Errors: a definition that Prometheus would not take, or of a name that is defined otherwise already.
 */
export function prometheusMeter(
  { clock = realClock }: { readonly clock?: Clock } = {},
): PrometheusMeter {
  const families = new Map<string, Family>();
  const observers = new Set<Observer>();

  function familyOf(metric: Metric): Family {
    const known = families.get(metric.name);
    if (known) {
      if (known.metric === metric) return known;
      throw new Error(`Cannot measure "${metric.name}": that name is defined elsewhere already`);
    }
    assertDefined(metric);
    const family: Family = { metric, series: new Map() };
    families.set(metric.name, family);
    return family;
  }

  /** The series of these labels; of all that come too late, one. */
  function seriesOf<Made extends Series>(
    { metric, series }: Family,
    { labels, make }: { readonly labels: Labels<string>; make(values: readonly string[]): Made },
  ): Made {
    const values = valuesOf(metric, labels);
    const key = values.join("\0");
    const known = series.get(key);
    // Its family has one kind of them
    if (known) return known as Made;
    if (series.size < mostSeries || metric.labels.length === 0) {
      const made = make(values);
      series.set(key, made);
      return made;
    }
    const others = metric.labels.map(() => "(others)");
    const shared = series.get(others.join("\0")) ?? make(others);
    series.set(others.join("\0"), shared);
    return shared as Made;
  }

  async function look({ metrics, read }: Observer): Promise<readonly Family[]> {
    const seen = new Map(metrics.map((metric): [string, Family] => [
      metric.name,
      { metric, series: new Map() },
    ]));
    const late = Promise.withResolvers<never>();
    const cancelTimer = clock.after(patienceMs, () => late.reject(new Error("late")));
    let isOver = false;
    const say: Say = ({ name }, value, labels) => {
      if (isOver) return;
      const family = seen.get(name);
      if (!family) throw new Error(`Cannot say "${name}": it was not announced`);
      const make = (values: readonly string[]): SimpleSeries => ({ values, value });
      seriesOf(family, { labels, make }).value = value;
    };
    try {
      await Promise.race([Promise.try(read, say), late.promise]);
      return [...seen.values()];
    } catch {
      return [{
        metric: unread,
        series: new Map(metrics.map(({ name }) => [name, { values: [name], value: 1 }])),
      }];
    } finally {
      isOver = true;
      cancelTimer();
    }
  }

  return {
    counter(metric) {
      const family = familyOf(metric);
      return (labels) => {
        const series = seriesOf(family, {
          labels,
          make: (values) => ({ values, value: 0, add: (by = 1) => void (series.value += by) }),
        });
        return series;
      };
    },
    histogram(metric) {
      const family = familyOf(metric);
      const { buckets = [] } = metric;
      return (labels) =>
        seriesOf(family, {
          labels,
          make: (values) => {
            const series = {
              ...{ values, counts: buckets.map(() => 0), count: 0, sum: 0 },
              note(value: number) {
                series.count++;
                series.sum += value;
                for (let at = 0; at < buckets.length; at++) {
                  if (value > buckets[at]!) continue;
                  series.counts[at]!++;
                  return;
                }
              },
            };
            return series;
          },
        });
    },
    observe(metrics, read) {
      for (const metric of metrics) familyOf(metric);
      const observer = { metrics, read };
      observers.add(observer);
      return { [Symbol.dispose]: () => void observers.delete(observer) };
    },
    async page() {
      const looked = (await Promise.all([...observers].map(look))).flat();
      const seen = Map.groupBy(looked, ({ metric }) => metric.name);
      const all = [...families.values()].map(({ metric }) => metric)
        .toSorted((one, other) => one.name < other.name ? -1 : 1);
      return [unread, ...all]
        .map((metric) =>
          metricText(metric, [
            ...families.get(metric.name)?.series.values() ?? [],
            ...oncePerLabels(seen.get(metric.name) ?? []),
          ])
        ).join("");
    },
  };
}

/** Of two that say the same the last one counts: a page that says a number twice is not taken. */
function oncePerLabels(families: readonly Family[]): Iterable<Series> {
  return new Map(families.flatMap(({ series }) => [...series])).values();
}

function valuesOf({ labels: names, name }: Metric, labels: Labels<string>): readonly string[] {
  return names.map((label) => {
    const value = labels[label];
    if (value === undefined) {
      throw new Error(`Cannot measure "${name}": label "${label}" is missing`);
    }
    return value;
  });
}

/** https://prometheus.io/docs/practices/naming */
function assertDefined({ name, kind, labels, buckets, help }: Metric): void {
  const faults = [
    /^[a-z][a-z0-9_]*$/.test(name) ? [] : ["names are of a-z, 0-9 and _"],
    name.endsWith("_total") === (kind === "counter")
      ? []
      : ["counters, and only they, end in _total"],
    /_(ms|milliseconds|minutes|kb|mb|percent)(_|$)/.test(name)
      ? ["units are base units, as seconds and bytes"]
      : [],
    labels.every((label) => /^[a-z][a-z0-9_]*$/.test(label) && label !== "le")
      ? []
      : ["labels are of a-z, 0-9 and _"],
    kind !== "histogram" ||
      buckets?.length && buckets.every((each, at) => at === 0 || each > buckets[at - 1]!)
      ? []
      : ["a histogram has rising buckets"],
    help.length > 0 ? [] : ["it says nothing of what it means"],
  ].flat();
  if (faults.length > 0) throw new Error(`Cannot measure "${name}": ${faults.join("; ")}`);
}
