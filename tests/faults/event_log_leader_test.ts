import { ok } from "node:assert/strict";
import { time } from "@headwater/core";
import { openEventStoreDb } from "@headwater/eventstoredb";
import { startTestCluster } from "@headwater/eventstoredb/testing";
import { eventually, within } from "@headwater/testing";
import { seededRandom } from "@shop/demo";
import { judgeEventLog } from "./event_log_evidence.ts";
import { appendUnderFaults, followUnderFaults } from "./event_log_load.ts";
import { seedsToTry, withSeed } from "./fault_seed.ts";

Deno.test({
  name: "while leaders change nothing is lost, nothing is written twice, and subscriptions go on",
  // The gRPC client leaves timers of up to a second behind for connections that it has given up.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    for (const seed of seedsToTry(3)) await withSeed(seed, () => changeLeaders(seed));
  },
});

async function changeLeaders(seed: number): Promise<void> {
  const chances = seededRandom(seed);
  await using cluster = await startTestCluster({ nodes: 3 });
  const hosts = cluster.ports.map((port) => `127.0.0.1:${port}`);
  // One that knows a single node has to be sent on; the other one may ask them all.
  await using log = await openEventStoreDb({ connectionString: `esdb://${hosts[0]}?tls=false` });
  await using following = await openEventStoreDb({ connectionString: `esdb://${hosts}?tls=false` });
  const stop = new AbortController();
  const { signal } = stop;
  const followers = [["apple"], ["plum", "pear"], undefined].map((categories) =>
    followUnderFaults(following, { categories, chances, signal })
  );
  let count = 0;
  let isOver = false;
  const writing = appendUnderFaults(log, {
    chances,
    writers: 8,
    appendsPerWriter: 40,
    onAcknowledged: () => count++,
  }).finally(() => isOver = true);
  for (let change = 1; change <= 6; change++) {
    const enough = change * 40;
    await eventually(`${enough} appends`, () => count >= enough || isOver);
    if (chances.happens(0.5)) {
      cluster.lead(undefined);
      await time.pause(chances.whole(50));
    }
    cluster.lead((change + chances.whole(2)) % 3);
  }
  const acknowledged = await writing;
  const head = (await log.head())!;
  await Promise.all(followers.map((follower) => follower.reached(head)));
  stop.abort();
  await within("the followers to end", Promise.all(followers.map(({ ended }) => ended)));
  await judgeEventLog(log, { acknowledged, followers });
  ok(new Set(cluster.calls.map(({ node }) => node)).size > 1, "nobody was sent on");
}
