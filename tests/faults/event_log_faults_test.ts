import { ok } from "node:assert/strict";
import { openEventStoreDb } from "@headwater/eventstoredb";
import { startEventStore } from "@headwater/event-store";
import type { EventLog } from "@headwater/core";
import { eventually, within } from "@headwater/testing";
import { type Chances, seededRandom } from "@shop/demo";
import { judgeEventLog } from "./event_log_evidence.ts";
import { appendUnderFaults, followUnderFaults } from "./event_log_load.ts";
import { startFaultyProxy } from "./event_log_proxy.ts";
import { startEventStoreProcess } from "./event_store_process.ts";
import { seedsToTry, withSeed } from "./fault_seed.ts";

const filters = [["apple"], ["pear"], ["plum", "pear"], undefined];

Deno.test({
  name: "over connections that delay, stall, half-close and break, nothing is lost, nothing twice",
  // The gRPC client leaves timers of up to a second behind for connections that it has given up.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    for (const seed of seedsToTry(3)) await withSeed(seed, () => sufferConnections(seed));
  },
});

Deno.test({
  name: "an event store that is killed in the middle of batches has kept what it acknowledged",
  // As above.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    for (const seed of seedsToTry(1)) await withSeed(seed, () => killAgainAndAgain(seed));
  },
});

async function sufferConnections(seed: number): Promise<void> {
  const chances = seededRandom(seed);
  await using server = await startEventStore({ path: ":memory:", port: 0 });
  await using ofWriters = startFaultyProxy(server.port, { seed: chances.whole(1e9) });
  await using ofFollowers = startFaultyProxy(server.port, { seed: chances.whole(1e9) });
  await using writing = await openOn(ofWriters);
  await using following = await openOn(ofFollowers);
  await using direct = await openOn(server);
  const followers = startFollowers(following, chances);
  const until = performance.now() + 60_000;
  const wentWrong = () => ofWriters.suffered >= 2 && ofFollowers.suffered >= 2;
  const acknowledged = await appendUnderFaults(writing, {
    chances,
    writers: 8,
    appendsPerWriter: 20,
    // A connection may go well for a second, and a fast machine be done by then
    isEnough: () => wentWrong() || performance.now() > until,
  });
  ofFollowers.calm();
  await followers.reach((await direct.head())!);
  await judgeEventLog(direct, { acknowledged, followers: followers.all });
  ok(wentWrong(), "hardly anything went wrong within a minute");
}

async function killAgainAndAgain(seed: number): Promise<void> {
  const chances = seededRandom(seed);
  await using store = await startEventStoreProcess();
  await using log = await openOn(store);
  const followers = startFollowers(log, chances);
  let count = 0;
  const writing = appendUnderFaults(log, {
    chances,
    writers: 16,
    appendsPerWriter: 40,
    onAcknowledged: () => count++,
  });
  for (let kill = 1; kill <= 3; kill++) {
    const enough = kill * 120 + chances.whole(40);
    await eventually(`${enough} appends`, () => count >= enough);
    await store.kill();
    await store.start();
  }
  const acknowledged = await writing;
  await followers.reach((await log.head())!);
  await judgeEventLog(log, { acknowledged, followers: followers.all });
}

function startFollowers(log: EventLog, chances: Chances) {
  const stop = new AbortController();
  const { signal } = stop;
  const all = filters.map((categories) => followUnderFaults(log, { categories, chances, signal }));
  return {
    all,
    /** Ends them once they have seen everything up to a position. */
    async reach(position: number): Promise<void> {
      await Promise.all(all.map((follower) => follower.reached(position)));
      stop.abort();
      await within("the followers to end", Promise.all(all.map(({ ended }) => ended)));
    },
  };
}

function openOn({ port }: { readonly port: number }) {
  return openEventStoreDb({
    connectionString: `esdb://127.0.0.1:${port}?tls=false`,
    deadlineMs: 2_000,
  });
}
