import { machine } from "@headwater/core";

const answers = machine.metric({
  kind: "counter",
  name: "headwater_gateway_cache_answers_total",
  help:
    "Answers of cached routes: hit and stale came from the cache, collapsed from another client's request; miss asked the service, and so did passed, which is not kept",
  labels: ["route", "outcome"],
});

const outcomes = ["hit", "stale", "collapsed", "miss", "passed"] as const;

/** What became of the requests of a cached route. */
export type CacheCounts = Readonly<Record<(typeof outcomes)[number], machine.Count>>;

/** Counts them; all are there from the start, so that a share can be drawn of them. */
export function cacheCounts(meter: machine.Meter, route: string): CacheCounts {
  const countOf = meter.counter(answers);
  const [hit, stale, collapsed, miss, passed] = outcomes.map((outcome) =>
    countOf({ route, outcome })
  ) as [machine.Count, machine.Count, machine.Count, machine.Count, machine.Count];
  return { hit, stale, collapsed, miss, passed };
}
