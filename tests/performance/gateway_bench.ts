import type { Benchmark, OpenBenchmark } from "./benchmark.ts";
import { aggregateCase } from "./gateway_aggregate.ts";
import { cachedCase } from "./gateway_cached.ts";
import { passThroughCase } from "./gateway_pass_through.ts";
import { streamsCase } from "./gateway_streams.ts";
import { startGatewayScene } from "./gateway_scene.ts";
import { shadowCase } from "./gateway_shadow.ts";

/**
 * What a gateway costs, beside the least that can be done (the twin: a bare `hono/proxy` app), nginx as a reverse proxy, and
 * the upstream itself; in turn in the same run, each in a process of its own. Each case is in a file of its own.
 */
export const gatewayBench: Benchmark = {
  name: "gateway",
  withoutPeers: true,
  pace: { rounds: 7, msPerRound: 2_000 },
  open,
};

async function open(): Promise<OpenBenchmark> {
  await using opening = new AsyncDisposableStack();
  const scene = opening.use(await startGatewayScene());
  const streams = opening.use(streamsCase());
  const opened = opening.move();
  return {
    cases: [
      passThroughCase(scene),
      aggregateCase(scene),
      cachedCase(scene),
      shadowCase(scene),
      streams.case,
    ],
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
