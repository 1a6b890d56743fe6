import { eventLog } from "@headwater/core";
import assert from "node:assert/strict";
import { searchBack } from "./search_back.ts";

async function logOf(types: readonly string[]) {
  const log = eventLog.memoryLog();
  for (const [index, type] of types.entries()) {
    const metadata = {
      ...{ $correlationId: "c", $causationId: "d", commandId: "d" },
      ...{ commandHash: "h", schemaVersion: 1 },
    };
    await log.append(`door-${index}`, [{ id: crypto.randomUUID(), type, data: {}, metadata }], {
      expected: "no-stream",
    });
  }
  return log;
}

Deno.test("pages follow each other without a gap or a repetition, up to the very first event", async () => {
  const log = await logOf(Array.from({ length: 7 }, (_, index) => `Opened${index}`));
  const seen: string[] = [];
  for (let before: number | undefined, pages = 0; pages < 4; pages++) {
    const found = await searchBack(log, { before, most: 3 });
    seen.push(...found.events.map(({ type }) => type));
    before = found.before;
    if (before === undefined) break;
  }
  assert.deepEqual(seen, [6, 5, 4, 3, 2, 1, 0].map((each) => `Opened${each}`));
});

Deno.test("what is rare is found behind all else", async () => {
  const log = await logOf(["Rare", ...Array<string>(600).fill("Opened"), "Rare"]);
  const found = await searchBack(log, {
    matches: ({ type }) => type === "Rare",
    most: 5,
    budgetMs: 60_000,
  });
  assert.deepEqual(found.events.map(({ stream }) => stream), ["door-601", "door-0"]);
  assert.equal(found.before, undefined);
});

Deno.test("when the time is over it says where to go on", async () => {
  const log = await logOf(["Rare", ...Array<string>(600).fill("Opened")]);
  const matches = ({ type }: { readonly type: string }) => type === "Rare";
  const first = await searchBack(log, { matches, most: 5, budgetMs: -1 });
  assert.deepEqual(first.events, []);
  assert.ok(first.before !== undefined && first.lookedAt > 0);
  const { before } = first;
  const rest = await searchBack(log, { before, matches, most: 5, budgetMs: 60_000 });
  assert.equal(rest.events.length, 1);
  assert.equal(first.lookedAt + rest.lookedAt, 601);
});
