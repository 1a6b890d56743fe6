import assert from "node:assert/strict";
import { dueHead, type SeenHead, withHead } from "./progress_watch.ts";

function seen(...heads: readonly (readonly [at: number, head: number])[]): readonly SeenHead[] {
  return heads.reduce<readonly SeenHead[]>(
    (all, [at, head]) => withHead(all, { at, head }),
    [],
  );
}

Deno.test("who has just been passed has time to come along", () => {
  assert.equal(dueHead(seen([0, 7]), 19_999), undefined);
  assert.deepEqual(dueHead(seen([0, 7]), 20_000), { at: 0, head: 7 });
});

Deno.test("what is due is the newest end of long enough ago, however often was looked since", () => {
  const heads = seen([0, 7], [5_000, 7], [10_000, 9], [15_000, 12]);
  assert.deepEqual(dueHead(heads, 29_000), { at: 0, head: 7 });
  assert.deepEqual(dueHead(heads, 31_000), { at: 10_000, head: 9 });
});

Deno.test("what nobody needs any more is forgotten", () => {
  const heads = seen(...Array.from({ length: 100 }, (_, look) => [look * 5_000, look] as const));
  assert.ok(heads.length <= 6, `${heads.length} are kept`);
  assert.deepEqual(dueHead(heads, 99 * 5_000), { at: 95 * 5_000, head: 95 });
});
