import { machine } from "@headwater/core";

const connections = machine.metric({
  kind: "gauge",
  name: "headwater_postgres_connections",
  help:
    "Open connections of a pool, which are made as they are needed; with one more where it listens",
  labels: ["pool"],
});
const most = machine.metric({
  kind: "gauge",
  name: "headwater_postgres_connections_limit",
  help: "Connections of a pool at most",
  labels: ["pool"],
});
const unsettled = machine.metric({
  kind: "gauge",
  name: "headwater_postgres_queries_running",
  help: "Queries that are not answered yet; what is beyond the pool's connections waits for one",
  labels: ["pool"],
});
const queries = machine.metric({
  kind: "counter",
  name: "headwater_postgres_queries_total",
  help: "Queries that were asked",
  labels: ["pool"],
});
const troubles = machine.metric({
  kind: "counter",
  name: "headwater_postgres_troubles_total",
  help: "Queries that PostgreSQL did not answer: it was away, broke off or was silent for too long",
  labels: ["pool"],
});

/** A pool's use, in numbers that it keeps anyway. */
export type PoolUse = {
  readonly connections: number;
  readonly running: number;
  readonly asked: number;
  readonly troubles: number;
};

/** Says how a pool is used, whenever somebody looks. */
export function observePool(
  meter: machine.Meter,
  { pool, max, use }: { readonly pool: string; readonly max: number; use(): PoolUse },
): Disposable {
  return meter.observe([connections, most, unsettled, queries, troubles], (say) => {
    const used = use();
    say(connections, used.connections, { pool });
    say(most, max, { pool });
    say(unsettled, used.running, { pool });
    say(queries, used.asked, { pool });
    say(troubles, used.troubles, { pool });
  });
}
