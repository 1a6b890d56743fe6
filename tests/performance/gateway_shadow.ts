import { equal } from "node:assert/strict";
import type { BenchmarkCase } from "./benchmark.ts";
import { type GatewayScene, strangledPaths } from "./gateway_scene.ts";
import { percentile } from "./measure.ts";

const name = "shadow";
/** So few that everybody has time between them. */
const perSecond = 200;
/** Rounds are so much longer: V8 marks what lives every few seconds, and each round shall have its share of that. */
const timesLonger = 3;

/** What clients of a strangled route see of it that each request is asked of the other side as well, in the shadow. */
export function shadowCase(scene: GatewayScene): BenchmarkCase {
  const contend = (path: string) => async (ms: number) => {
    const url = scene.urlOf("headwater") + path;
    const seen = await fetch(url);
    await seen.body?.cancel();
    equal(seen.headers.get("X-Served-By"), "legacy");
    const load = { urls: [url], ms: ms * timesLonger, perSecond };
    const { tookMs, cpuMs, done } = await scene.load(load, "headwater");
    return [
      percentile(tookMs.flat(), 0.99),
      percentile(tookMs.flat(), 0.5),
      cpuMs / done * 1_000,
    ];
  };
  return {
    name,
    unit: "ms p99",
    also: [{ name, unit: "ms p50" }, { name: `${name}, CPU`, unit: "µs/request" }],
    headwater: contend(strangledPaths.shadowed.path),
    others: { "shadow off": contend(strangledPaths.unshadowed.path) },
  };
}
