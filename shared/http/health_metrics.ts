import { machine } from "@headwater/core";

const checks = machine.metric({
  kind: "gauge",
  name: "headwater_health_check",
  help: "1 for what a check has shown: pass, warn or fail; /health/ready of the process says why",
  labels: ["service", "check", "status"],
});

/** Says what the checks of a service have shown, whenever somebody looks. */
export function observeHealth(
  meter: machine.Meter,
  { service, results }: {
    readonly service: string;
    results(): Iterable<readonly [check: string, status: string]>;
  },
): Disposable {
  return meter.observe([checks], (say) => {
    for (const [check, status] of results()) say(checks, 1, { service, check, status });
  });
}
