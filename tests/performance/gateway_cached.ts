import { equal } from "node:assert/strict";
import type { BenchmarkCase } from "./benchmark.ts";
import type { GatewayScene } from "./gateway_scene.ts";
import { percentile } from "./measure.ts";

const name = "cached";
const cached = "/api/products/SKU1";
/** The same answer of a route that is not kept. */
const uncached = "/api/orders/4711/timeline";
const inFlight = 16;
const perSecond = 300;

/** An answer that the gateway has kept, beside the same one that it has to ask for. */
export function cachedCase(scene: GatewayScene): BenchmarkCase {
  const contend = (path: string, expected: string) => async (ms: number) => {
    const url = scene.urlOf("headwater") + path;
    // What the first one asks is kept
    await (await fetch(url)).body?.cancel();
    const seen = await fetch(url);
    await seen.body?.cancel();
    const said = seen.headers.get("Cache-Status") ?? "not kept";
    equal(said.includes("hit") ? "hit" : "not kept", expected, said);
    const busy = await scene.load({ urls: [url], ms: ms / 2, inFlight }, "headwater");
    const calm = await scene.load({ urls: [url], ms: ms / 2, perSecond }, "headwater");
    return [
      busy.perSecond,
      busy.cpuMs / busy.done * 1_000,
      percentile(calm.tookMs.flat(), 0.5),
      percentile(calm.tookMs.flat(), 0.99),
    ];
  };
  return {
    name,
    unit: "requests/s",
    also: [
      { name: `${name}, CPU`, unit: "µs/request" },
      { name, unit: "ms p50" },
      { name, unit: "ms p99" },
    ],
    headwater: contend(cached, "hit"),
    others: { uncached: contend(uncached, "not kept") },
  };
}
