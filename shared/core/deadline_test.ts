import assert from "node:assert/strict";
import { assertWanted, currentDeadline, withinDeadline, withoutDeadline } from "./deadline.ts";
import { memoryLog } from "./memory_log.ts";
import { ownedLog } from "./owned_log.ts";
import { pause } from "./time.ts";

function deadline(signal: AbortSignal = new AbortController().signal) {
  return { signal, remainingMs: () => 100 };
}

const event = {
  id: "2f1c2cf5-5d4c-4c3b-9f62-6d0f0c5a4f11",
  type: "DoorOpened",
  data: {},
  metadata: {
    $correlationId: "correlation-1",
    $causationId: "cause",
    commandId: "command",
    commandHash: "hash",
    schemaVersion: 1,
  },
};

Deno.test("a deadline is known to all that is called and awaited under it, and to nobody else", async () => {
  assert.equal(currentDeadline(), undefined);
  const seen: (number | undefined)[] = [];
  async function look(): Promise<void> {
    await pause(0);
    seen.push(currentDeadline()?.remainingMs());
  }
  const under = withinDeadline(deadline(), () => look());
  assert.equal(currentDeadline(), undefined);
  await Promise.all([under, look()]);
  assert.deepEqual(seen.toSorted(), [100, undefined]);
});

Deno.test("what others need as well is under no deadline, nor what it begins", async () => {
  const caller = new AbortController();
  const late = new Error("too late");
  const begun = Promise.withResolvers<void>();
  let shared: Promise<unknown> | undefined;
  const under = withinDeadline(deadline(caller.signal), async () => {
    shared = withoutDeadline(async () => {
      await begun.promise;
      await pause(0);
      assertWanted();
      return currentDeadline();
    });
    await Promise.reject(late);
  });
  await assert.rejects(under, late);
  caller.abort(late);
  begun.resolve();
  assert.equal(await shared, undefined);
});

Deno.test("what is left behind by a request that ended well is nobody's request", async () => {
  const caller = new AbortController();
  const ended = Promise.withResolvers<void>();
  let behind: Promise<void> | undefined;
  await withinDeadline(deadline(caller.signal), () => {
    behind = ended.promise.then(() => {
      assert.equal(currentDeadline(), undefined);
      assertWanted();
    });
    return Promise.resolve();
  });
  caller.abort();
  ended.resolve();
  await behind;
});

Deno.test("nothing is read or appended for who does not wait any more, who does wait is served", async () => {
  await using log = memoryLog();
  const owned = ownedLog(log, { service: "doors", categories: ["door"] });
  const reason = new Error("the customer left");
  const caller = new AbortController();
  const refused = withinDeadline(deadline(caller.signal), async () => {
    await owned.append("door-1", [event], { expected: "no-stream" });
    caller.abort(reason);
    assert.throws(() => owned.read("door-1"), reason);
    await owned.append("door-2", [event], { expected: "no-stream" });
  });
  await assert.rejects(refused, reason);
  assert.equal(await log.head(), 1);
  assert.equal((await Array.fromAsync(owned.read("door-1"))).flat().length, 1);
});
