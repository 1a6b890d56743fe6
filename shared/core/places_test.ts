import { deepEqual, equal, rejects } from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { Places } from "./places.ts";

function setUp(limit: number) {
  const places = new Places(limit);
  const begun: number[] = [];
  const acts = Array.from({ length: 6 }, () => Promise.withResolvers<string>());
  function take(index: number, signal?: AbortSignal): Promise<string> {
    return places.take(() => {
      begun.push(index);
      return acts[index]!.promise;
    }, signal);
  }
  return { places, begun, acts, take };
}

Deno.test("so many begin at once, the others in their order as places become free", async () => {
  const { places, begun, acts, take } = setUp(2);
  const taken = [0, 1, 2, 3].map((index) => take(index));
  deepEqual(begun, [0, 1]);
  deepEqual([places.running, places.waiting, places.isFree], [2, 2, false]);
  acts[1]!.resolve("one");
  equal(await taken[1], "one");
  for (const { resolve } of acts) resolve("done");
  deepEqual(await Promise.all(taken), ["done", "one", "done", "done"]);
  deepEqual(begun, [0, 1, 2, 3]);
  await places.idle();
  deepEqual([places.running, places.waiting, places.isFree], [0, 0, true]);
});

Deno.test("who fails gives its place back", async () => {
  const { places, begun, acts, take } = setUp(1);
  const failing = take(0);
  const next = take(1);
  acts[0]!.reject(new Error("broken"));
  await rejects(failing, /broken/);
  acts[1]!.resolve("done");
  equal(await next, "done");
  deepEqual(begun, [0, 1]);
  equal(places.running, 0);
});

Deno.test("who does not want to wait any longer leaves; who has begun stays", async () => {
  const { places, begun, acts, take } = setUp(1);
  const caller = new AbortController();
  const running = take(0, caller.signal);
  const waiting = take(1, caller.signal);
  const other = take(2);
  caller.abort(new Error("gone"));
  await rejects(waiting, /gone/);
  await rejects(take(3, caller.signal), /gone/);
  deepEqual([places.running, places.waiting], [1, 1]);
  acts[0]!.resolve("done");
  acts[2]!.resolve("done");
  deepEqual(await Promise.all([running, other]), ["done", "done"]);
  deepEqual(begun, [0, 2]);
});

Deno.test("who leaves in the moment in which it is given a place gives it back", async () => {
  const { places, begun, acts, take } = setUp(1);
  const caller = new AbortController();
  const running = take(0);
  const leaving = take(1, caller.signal);
  const next = take(2);
  places.setLimit(2);
  caller.abort(new Error("gone"));
  await rejects(leaving, /gone/);
  acts[2]!.resolve("done");
  await next;
  deepEqual(begun, [0, 2]);
  acts[0]!.resolve("done");
  await running;
  equal(places.running, 0);
});

Deno.test("more places let more begin, and none while it pauses", async () => {
  const { places, begun, acts, take } = setUp(1);
  const taken = [0, 1, 2].map((index) => take(index));
  places.pause();
  places.setLimit(2);
  acts[0]!.resolve("done");
  await taken[0];
  deepEqual(begun, [0]);
  places.resume();
  for (const { resolve } of acts) resolve("done");
  await Promise.all(taken);
  deepEqual(begun, [0, 1, 2]);
});

Deno.test("what has waited begins in the context of who asked for it", async () => {
  const context = new AsyncLocalStorage<string>();
  const { places, acts, take } = setUp(1);
  const running = context.run("first", () => take(0));
  const seen = context.run(
    "second",
    () => places.take(() => Promise.resolve(context.getStore())),
  );
  acts[0]!.resolve("done");
  await running;
  equal(await seen, "second");
});
