import { machine } from "@headwater/core";
import type { ProjectionStatus } from "./projection_status.ts";

const labels = ["service", "projection"] as const;

const lag = machine.metric({
  kind: "gauge",
  name: "headwater_projection_lag_seconds",
  help:
    "Age of the oldest event that is not in the read model yet, 0 when there is none; of the generation that is read",
  labels,
});
const state = machine.metric({
  kind: "gauge",
  name: "headwater_projection_state",
  help:
    "1 for what the read model is at. live is well; waiting goes on by itself; failing, stopped, no-owner and other-log want an operator (projections status)",
  labels: [...labels, "state"],
});
const parkedKeys = machine.metric({
  kind: "gauge",
  name: "headwater_projection_parked_keys",
  help: "Keys whose rows lack events that could not be applied (projections letters list)",
  labels,
});
const filled = machine.metric({
  kind: "gauge",
  name: "headwater_projection_filled_ratio",
  help: "How far the filling of a new generation is, 0 to 1; while there is one",
  labels,
});
const events = machine.metric({
  kind: "counter",
  name: "headwater_projection_events_total",
  help: "Events that this process has folded into the read model, but for those of a bulk filling",
  labels,
});

/** A view, as far as it is measured. */
type Measured = {
  readonly name: string;
  /** Of the generation that is read, or will be; undefined: it is not known yet. */
  read(): ProjectionStatus | undefined;
  /** Of all. */
  reports(): readonly ProjectionStatus[];
};

/** Says how read models are, as this process knows them, whenever somebody looks. */
export function observeProjections(
  meter: machine.Meter,
  { service, views }: { readonly service: string; readonly views: readonly Measured[] },
): Disposable {
  return meter.observe([lag, state, parkedKeys, filled], (say) => {
    for (const view of views) {
      const at = { service, projection: view.name };
      const read = view.read();
      say(state, 1, { ...at, state: read?.state ?? "starting" });
      if (!read) continue;
      say(lag, read.lagMs / 1_000, at);
      say(parkedKeys, read.parkedKeys, at);
      const { progress } = view.reports().find((each) => each.progress !== null) ?? read;
      if (progress) say(filled, Math.min(1, progress.replayed / Math.max(1, progress.target)), at);
    }
  });
}

/** Of the events that a view takes in. */
export function appliedEvents(
  meter: machine.Meter,
  at: { readonly service: string; readonly projection: string },
): machine.Count {
  return meter.counter(events)(at);
}
