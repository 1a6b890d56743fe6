import { equal, ok, rejects } from "node:assert/strict";
import { pause, realTimers } from "./timers.ts";

const never = new AbortController().signal;

Deno.test("a pause ends after its time and leaves no timer", async () => {
  const startedAt = realTimers.now();
  await pause(5, { timers: realTimers, signal: never });
  ok(realTimers.now() - startedAt >= 4);
});

Deno.test("a pause ends at once when its signal aborts, before or while it lasts", async () => {
  const reason = new Error("gone");
  const options = { timers: realTimers, signal: AbortSignal.abort(reason) };
  await rejects(pause(60_000, options), (error) => error === reason);

  const controller = new AbortController();
  const paused = pause(60_000, { timers: realTimers, signal: controller.signal });
  const refused = rejects(paused, (error) => error === reason);
  controller.abort(reason);
  await refused;
});

Deno.test("a cancelled timer is never called", async () => {
  let called = false;
  const cancel = realTimers.after(0, () => called = true);
  cancel();
  await new Promise<void>((resolve) => void realTimers.after(5, resolve));
  equal(called, false);
});
