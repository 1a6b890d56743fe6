import { deepEqual, equal } from "node:assert/strict";
import { fairShare, type LeaseNews, moveSlices, noSlices } from "./held_slices.ts";
import { slices } from "./slice.ts";

const firstHalf = slices.slice(0, 8);
const secondHalf = slices.slice(8);

function answered(held: readonly number[], more: Partial<LeaseNews> = {}): LeaseNews {
  return { type: "answered", askedAt: 1_000, now: 1_002, held, sharers: 1, ...more } as LeaseNews;
}

Deno.test("who is alone works for all that it is given, for less than the lease of what was asked", () => {
  const { held, gained, lost } = moveSlices(noSlices, answered(slices));
  deepEqual([gained, lost], [slices, []]);
  deepEqual(held, { slices, until: 4_500, giving: [], sharers: 1 });
});

Deno.test("what is more than a fair share is ended before it is given back", () => {
  const { held: before } = moveSlices(noSlices, answered(slices));
  const shared = moveSlices(before, answered(slices, { sharers: 2 }));
  deepEqual([shared.gained, shared.lost], [[], secondHalf]);
  deepEqual([shared.held.slices, shared.held.giving], [firstHalf, secondHalf]);
  const given = moveSlices(shared.held, answered(firstHalf, { sharers: 2 }));
  deepEqual([given.gained, given.lost, given.held.giving], [[], [], []]);
});

Deno.test("what another has is lost, and what nobody had is gained", () => {
  const { held } = moveSlices(noSlices, answered(firstHalf, { sharers: 2 }));
  const { gained, lost } = moveSlices(held, answered([7, 8, 9], { sharers: 2 }));
  deepEqual([gained, lost], [[8, 9], [0, 1, 2, 3, 4, 5, 6]]);
});

Deno.test("who hears nothing in time has nothing, whatever it hears late", () => {
  const { held } = moveSlices(noSlices, answered(slices));
  deepEqual(moveSlices(held, { type: "waited", now: 4_499 }).lost, []);
  const over = moveSlices(held, { type: "waited", now: 4_500 });
  deepEqual([over.lost, over.held.slices], [slices, []]);
  deepEqual(moveSlices(over.held, answered(slices, { now: 4_600 })).gained, []);
  deepEqual(moveSlices(over.held, answered(slices, { askedAt: 4_600, now: 4_601 })).gained, slices);
});

Deno.test("however many share them, all slices are somebody's", () => {
  deepEqual([1, 2, 3, 5, 16, 40].map(fairShare), [16, 8, 6, 4, 1, 1]);
  for (let sharers = 1; sharers <= slices.length; sharers++) {
    equal(sharers * fairShare(sharers) >= slices.length, true, `${sharers}`);
  }
});
