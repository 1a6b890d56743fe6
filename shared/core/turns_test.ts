import assert from "node:assert/strict";
import { Turns } from "./turns.ts";

Deno.test("tasks of one stream begin in the order in which they came, each when the one before is done", async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const first = Promise.withResolvers<void>();
  const doing = [
    turns.take("a", async () => {
      seen.push("first begins");
      await first.promise;
      seen.push("first ends");
    }),
    turns.take("a", () => Promise.resolve(void seen.push("second"))),
    turns.take("a", () => Promise.resolve(void seen.push("third"))),
  ];
  await turns.take("b", () => Promise.resolve(void seen.push("of another stream")));
  first.resolve();
  await Promise.all(doing);
  await turns.take("a", () => Promise.resolve(void seen.push("later")));

  assert.deepEqual(seen, [
    "first begins",
    "of another stream",
    "first ends",
    "second",
    "third",
    "later",
  ]);
});

Deno.test("a task that fails, also before it is under way, gives its turn to the next", async () => {
  const turns = new Turns();
  const failing = [
    turns.take("a", () => Promise.reject(new Error("rejected"))),
    turns.take("a", () => {
      throw new Error("thrown");
    }),
  ];
  const last = turns.take("a", () => Promise.resolve("done"));

  await assert.rejects(failing[0]!, /rejected/);
  await assert.rejects(failing[1]!, /thrown/);
  assert.equal(await last, "done");
});

Deno.test("who comes while the next one is about to begin waits for it", async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const waits = Promise.withResolvers<void>();
  const first = turns.take("a", () => Promise.resolve());
  const second = turns.take("a", async () => {
    await waits.promise;
    seen.push("second");
  });
  const third = first.then(() => turns.take("a", () => Promise.resolve(void seen.push("third"))));
  await first;
  waits.resolve();
  await Promise.all([second, third]);

  assert.deepEqual(seen, ["second", "third"]);
});
