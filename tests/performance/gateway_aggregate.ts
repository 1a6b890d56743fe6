import type { BenchmarkCase } from "./benchmark.ts";
import type { Contender, GatewayScene } from "./gateway_scene.ts";
import { percentile } from "./measure.ts";

const name = "aggregate";
const page = "/api/orders/4711";
const slowestPart = "/api/shipments/order/4711";
const inFlight = 16;
/** Pages and slow parts in turn; so few that everybody has time between them. */
const perSecond = 200;

/**
 * A page of four parts, one of which is slow: how many a second, what each takes of the processors, how long at a fixed
 * rate, and how much longer than its slowest part, which is asked for without a gateway at the same time.
 */
export function aggregateCase(scene: GatewayScene): BenchmarkCase {
  const contend = (contender: Contender) => async (ms: number): Promise<readonly number[]> => {
    const whole = scene.urlOf(contender) + page;
    const part = scene.urlOf("upstream") + slowestPart;
    const busy = await scene.load({ urls: [whole], ms: ms / 2, inFlight }, contender);
    const calm = await scene.load({ urls: [whole, part], ms: ms / 2, perSecond }, contender);
    const [wholeMs = [], partMs = []] = calm.tookMs;
    const p99 = percentile(wholeMs, 0.99);
    return [
      busy.perSecond,
      busy.cpuMs / busy.done * 1_000,
      percentile(wholeMs, 0.5),
      p99,
      p99 - percentile(partMs, 0.99),
    ];
  };
  return {
    name,
    unit: "pages/s",
    also: [
      { name: `${name}, CPU`, unit: "µs/page" },
      { name, unit: "ms p50" },
      { name, unit: "ms p99" },
      { name: `${name}, p99 beyond the slowest part`, unit: "ms" },
    ],
    headwater: contend("headwater"),
    twin: contend("twin"),
  };
}
