import assert from "node:assert/strict";
import type { RollCall } from "./roll_call.ts";
import { mayTakeMore, toRelease } from "./shares.ts";

/** `owners`: of what has which definition, in order. */
function heardOf(
  runs: Readonly<Record<string, readonly string[]>>,
  owners: readonly (readonly [definition: string, owner: string | undefined])[],
): RollCall {
  return {
    processes: Object.entries(runs).map(([id, runs]) => ({ id, runs })),
    generations: owners.map(([definition, owner], index) => ({
      ...{ name: "orders", generation: index + 1, definition, owner },
    })),
    kept: [],
    missing: [],
    overdue: [],
  };
}

const both = { a: ["x"], b: ["x"] };

Deno.test("a process leaves what another one can have that has less to do", () => {
  const heard = heardOf(both, [["x", "a"], ["x", "a"], ["x", "a"], ["x", "b"]]);
  assert.equal(toRelease(heard, { owner: "a" })?.generation, 3);
  assert.equal(toRelease(heard, { owner: "b" }), undefined);
});

Deno.test("a process keeps what would only be passed to and fro", () => {
  const heard = heardOf(both, [["x", "a"], ["x", "a"], ["x", "b"]]);
  assert.equal(toRelease(heard, { owner: "a" }), undefined);
});

Deno.test("a process keeps what nobody else can have", () => {
  const runs = { a: ["y"], b: ["x"], c: ["x"] };
  const heard = heardOf(runs, [["y", "a"], ["y", "a"], ["y", "a"], ["x", "b"]]);
  assert.equal(toRelease(heard, { owner: "a" }), undefined);
  assert.ok(mayTakeMore(heard, { owner: "a", definition: "y" }));
});

Deno.test("of what nobody has, those who have less to do take first", () => {
  const heard = heardOf(both, [["x", "a"], ["x", undefined]]);
  assert.ok(!mayTakeMore(heard, { owner: "a", definition: "x" }));
  assert.ok(mayTakeMore(heard, { owner: "b", definition: "x" }));
  assert.ok(mayTakeMore(undefined, { owner: "a", definition: "x" }));
});

Deno.test("who has more than others leaves one after the other, until all have as many", () => {
  const owners = ["a", "a", "a", "a", "a"];
  const heard = () => heardOf(both, owners.map((owner) => ["x", owner]));
  const moves: number[] = [];
  for (let turn = 0; turn < 10; turn++) {
    const released = toRelease(heard(), { owner: "a" });
    if (!released) break;
    moves.push(released.generation);
    assert.equal(mayTakeMore(heard(), { owner: "b", definition: "x" }), true);
    owners[released.generation - 1] = "b";
  }
  assert.deepEqual([moves, owners], [[5, 4], ["a", "a", "a", "b", "b"]]);
  assert.equal(mayTakeMore(heard(), { owner: "a", definition: "x" }), false);
});
