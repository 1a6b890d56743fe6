import { silentLog } from "@headwater/core";
import { manualClock } from "@headwater/testing";
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { holdSlices, type SliceLeases } from "./slice_leases.ts";
import { sliceCount, sliceOf, slices } from "./slice.ts";
import { memorySlices } from "./testing/memory_slices.ts";

/** Processes that share one process manager, on one clock. */
class Sharing implements AsyncDisposable {
  readonly clock = manualClock();
  readonly store = memorySlices(this.clock);
  readonly #begun: SliceLeases[] = [];

  /** Each with what it was told, and a store that may fall silent for it alone. */
  async begin(place?: string) {
    const store = Object.create(this.store, {
      isSilent: { value: false, writable: true },
    }) as typeof this.store;
    const told: string[] = [];
    const leases = holdSlices({
      store,
      ...{ process: "running", place, clock: this.clock, logger: silentLog },
      gained: (among) => void told.push(`gained ${among.length}`),
      lost: (among) => void told.push(`lost ${among.length}`),
    });
    this.#begun.push(leases);
    await leases.begun;
    return { leases, told, store, count: () => leases.slices().length };
  }

  /** A second, in which each renews once. */
  async passSeconds(seconds: number): Promise<void> {
    for (let each = 0; each < seconds; each++) await this.clock.advance(1_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const leases of this.#begun) await leases[Symbol.asyncDispose]();
  }
}

Deno.test("one process alone has all slices at once, and keeps them", async () => {
  await using sharing = new Sharing();
  const { leases, told, count } = await sharing.begin();
  equal(count(), sliceCount);
  ok(leases.owns("milk"));
  await sharing.passSeconds(30);
  equal(count(), sliceCount);
  deepEqual(told, ["gained 16"]);
});

Deno.test("another one that comes has its share within two seconds, and nobody drives what another has", async () => {
  await using sharing = new Sharing();
  const one = await sharing.begin();
  const other = await sharing.begin();
  deepEqual([one.count(), other.count()], [16, 0]);
  for (let tenths = 0; tenths < 20; tenths++) {
    await sharing.clock.advance(100);
    const both = [...one.leases.slices(), ...other.leases.slices()];
    equal(new Set(both).size, both.length);
  }
  deepEqual([one.count(), other.count()], [8, 8]);
  const third = await sharing.begin();
  await sharing.passSeconds(2);
  deepEqual([one.count(), other.count(), third.count()], [6, 6, 4]);
});

Deno.test("what a process leaves is another's with its next look", async () => {
  await using sharing = new Sharing();
  const one = await sharing.begin();
  const other = await sharing.begin();
  await sharing.passSeconds(2);
  await one.leases[Symbol.asyncDispose]();
  await sharing.passSeconds(1);
  equal(other.count(), sliceCount);
});

Deno.test("who is not answered drives nothing before another begins, and that within six seconds", async () => {
  await using sharing = new Sharing();
  const one = await sharing.begin();
  const other = await sharing.begin();
  await sharing.passSeconds(2);
  one.store.isSilent = true;
  let tenths = 0;
  for (; other.count() < sliceCount; tenths++) {
    ok(tenths < 60, "it takes too long");
    await sharing.clock.advance(100);
    const both = [...one.leases.slices(), ...other.leases.slices()];
    equal(new Set(both).size, both.length);
  }
  equal(one.count(), 0);
  ok(!one.leases.owns("milk"));
  one.store.isSilent = false;
  await sharing.passSeconds(7);
  deepEqual([one.count(), other.count()], [8, 8]);
});

Deno.test("who is alone and was not answered for a while goes on with all when it is", async () => {
  await using sharing = new Sharing();
  const { leases, store, told, count } = await sharing.begin();
  store.isSilent = true;
  await sharing.passSeconds(3);
  deepEqual([count(), leases.trouble()], [sliceCount, undefined]);
  await sharing.passSeconds(7);
  equal(count(), 0);
  match(String(leases.trouble()), /PostgreSQL does not answer/);
  store.isSilent = false;
  await sharing.passSeconds(5);
  equal(count(), sliceCount);
  equal(leases.trouble(), undefined);
  deepEqual(told, ["gained 16", "lost 16", "gained 16"]);
});

Deno.test("a process that begins again in its place has at once what it had", async () => {
  await using sharing = new Sharing();
  const killed = await sharing.begin("host:1");
  killed.store.isSilent = true;
  equal((await sharing.begin("host:1")).count(), sliceCount);
  equal((await sharing.begin("host:10")).count(), 0);
});

Deno.test("while others are there, and when one is gone, it is told again of all that it has", async () => {
  await using sharing = new Sharing();
  const one = await sharing.begin();
  const other = await sharing.begin();
  await sharing.passSeconds(2);
  deepEqual(one.told.splice(0), ["gained 16", "lost 8"]);
  await sharing.passSeconds(10);
  deepEqual(one.told.splice(0), ["gained 8"]);
  await other.leases[Symbol.asyncDispose]();
  await sharing.passSeconds(1);
  deepEqual(one.told.splice(0), ["gained 16"]);
});

Deno.test("without a store for leases everything is owned, and nothing waits", async () => {
  await using leases = holdSlices({
    ...{ store: undefined, process: "running", place: undefined },
    ...{ clock: manualClock(), logger: silentLog, gained() {}, lost() {} },
  });
  await leases.begun;
  ok(leases.owns("milk"));
  deepEqual(leases.slices(), slices);
});

Deno.test("instances fall into all slices, each into the same one for ever", () => {
  deepEqual(["milk", "bread", "", "ä"].map(sliceOf), [8, 8, 3, 3]);
  equal(new Set(Array.from({ length: 500 }, (_, each) => sliceOf(`${each}`))).size, sliceCount);
});
