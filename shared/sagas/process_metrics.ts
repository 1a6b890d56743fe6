import { machine } from "@headwater/core";
import type { InstanceSum } from "./sum_instances.ts";

const instances = machine.metric({
  kind: "gauge",
  name: "headwater_saga_instances",
  help:
    "Unfinished instances of a process by state, in all processes of the service together; waiting ones want an answer, stuck ones an operator (sagas list --state stuck)",
  labels: ["saga", "state"],
});
const oldest = machine.metric({
  kind: "gauge",
  name: "headwater_saga_oldest_age_seconds",
  help: "For how long the oldest unfinished instance in that state has been under way",
  labels: ["saga", "state"],
});
const behind = machine.metric({
  kind: "gauge",
  name: "headwater_saga_behind_seconds",
  help: "For how long a process has not heard all that is in the log; 0: it has",
  labels: ["saga"],
});

/** All are said, so that a graph does not end where there is none. */
const states = ["running", "compensating", "waiting", "waiting-for-event", "stuck"];

/** Says how the instances of a process stand, whenever somebody looks: one query then, and none otherwise. */
export function observeProcess(
  meter: machine.Meter,
  { saga, sums, behindMs }: {
    /** The name of the process. */
    readonly saga: string;
    sums(): Promise<readonly InstanceSum[]>;
    /** How long it has not heard all. */
    behindMs(): number;
  },
): Disposable {
  const late = meter.observe([behind], (say) => say(behind, behindMs() / 1_000, { saga }));
  const standing = meter.observe([instances, oldest], async (say) => {
    const found = new Map((await sums()).map((sum) => [sum.state, sum]));
    for (const state of states) {
      const { count, oldestSeconds } = found.get(state) ?? { count: 0, oldestSeconds: 0 };
      say(instances, count, { saga, state });
      say(oldest, Math.max(0, oldestSeconds), { saga, state });
    }
  });
  return {
    [Symbol.dispose]() {
      late[Symbol.dispose]();
      standing[Symbol.dispose]();
    },
  };
}
