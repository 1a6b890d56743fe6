import assert from "node:assert/strict";
import { PositionWaiters } from "./position_waiters.ts";

Deno.test("waiters go on once their position was passed, and no earlier", async () => {
  const waiters = new PositionWaiters();
  const waiting = [4, 5, 6].map((position) => waiters.wait(position, { waitMs: 60_000 }));
  waiters.reached(5);
  assert.deepEqual(await Promise.all(waiting.slice(0, 2)), [true, true]);
  assert.equal(waiters.size, 1);
  waiters.reached(7);
  assert.equal(await waiting[2], true);
  assert.equal(waiters.size, 0);
});

Deno.test("a waiter is told when its time is up", async () => {
  const waiters = new PositionWaiters();
  assert.equal(await waiters.wait(1, { waitMs: 1 }), false);
  assert.equal(waiters.size, 0);
});

Deno.test("waiters are let go with a reason", async () => {
  const waiters = new PositionWaiters();
  const waiting = waiters.wait(1, { waitMs: 60_000 });
  waiters.reject(() => new Error("It is over"));
  await assert.rejects(waiting, /It is over/);
  await assert.rejects(
    waiters.wait(1, { waitMs: 60_000, signal: AbortSignal.abort(new Error("Gone")) }),
    /Gone/,
  );
  assert.equal(waiters.size, 0);
});
