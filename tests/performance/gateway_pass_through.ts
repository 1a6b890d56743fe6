import type { BenchmarkCase } from "./benchmark.ts";
import type { Contender, GatewayScene } from "./gateway_scene.ts";
import { percentile } from "./measure.ts";

const name = "pass-through";
/** Of a route whose answers nobody keeps. */
const path = "/api/orders/4711/timeline";
const inFlight = 16;
/** Passed on and asked without a gateway in turn; so few that everybody has time between them. */
const perSecond = 600;

/**
 * An answer of 1 kB handed on: how many a second, what each takes of the processors, how long at a fixed rate, and how much
 * longer than without a gateway, at the same time.
 */
export function passThroughCase(scene: GatewayScene): BenchmarkCase {
  const contend = (contender: Contender) => async (ms: number): Promise<readonly number[]> => {
    const passed = scene.urlOf(contender) + path;
    const direct = scene.urlOf("upstream") + path;
    const busy = await scene.load({ urls: [passed], ms: ms / 2, inFlight }, contender);
    const calm = await scene.load({ urls: [passed, direct], ms: ms / 2, perSecond }, contender);
    const [passedMs = [], directMs = []] = calm.tookMs;
    const p99 = percentile(passedMs, 0.99);
    return [
      busy.perSecond,
      busy.cpuMs / busy.done * 1_000,
      percentile(passedMs, 0.5),
      p99,
      p99 - percentile(directMs, 0.99),
    ];
  };
  return {
    name,
    unit: "requests/s",
    also: [
      { name: `${name}, CPU`, unit: "µs/request" },
      { name, unit: "ms p50" },
      { name, unit: "ms p99" },
      { name: `${name}, p99 beyond the upstream's own`, unit: "ms" },
    ],
    headwater: contend("headwater"),
    twin: contend("twin"),
    others: {
      ...scene.contenders.has("nginx") && { nginx: contend("nginx") },
      upstream: contend("upstream"),
    },
  };
}
