import assert from "node:assert/strict";
import { mayTakeMore, toRelease } from "./shares.ts";

function heard(processes: number, owners: readonly (string | undefined)[]) {
  const generations = owners.map((owner, index) => ({
    name: `view-${index + 1}`,
    generation: 1,
    owner,
  }));
  return { processes, generations, missing: [], overdue: [] };
}

Deno.test("who is alone, or knows nothing of others, takes all", () => {
  assert.equal(mayTakeMore(undefined, { owner: "a" }), true);
  assert.equal(mayTakeMore(heard(1, ["a", "a", undefined]), { owner: "a" }), true);
  assert.equal(toRelease(heard(1, ["a", "a", "a"]), { owner: "a" }), undefined);
});

Deno.test("who has more than its share leaves one, until each has its share", () => {
  const owners = ["a", "a", "a", "a", "a"];
  const moves: string[] = [];
  for (let turn = 0; turn < 10; turn++) {
    const released = toRelease(heard(2, owners), { owner: "a" });
    if (!released) break;
    moves.push(released.name);
    assert.equal(mayTakeMore(heard(2, owners), { owner: "b" }), true);
    owners[owners.lastIndexOf("a")] = "b";
  }
  assert.deepEqual([moves, owners], [["view-5", "view-4"], ["a", "a", "a", "b", "b"]]);
  assert.equal(mayTakeMore(heard(2, owners), { owner: "a" }), false);
});

Deno.test("of fewer generations than processes, each has one at most", () => {
  assert.equal(toRelease(heard(3, ["a", "b"]), { owner: "a" }), undefined);
  assert.equal(mayTakeMore(heard(3, ["a", undefined]), { owner: "a" }), false);
  assert.equal(mayTakeMore(heard(3, ["a", undefined]), { owner: "c" }), true);
});
