import assert from "node:assert/strict";
import { memoryLog } from "./memory_log.ts";
import { ownedLog } from "./owned_log.ts";

const metadata = {
  $correlationId: "correlation-1",
  $causationId: "cause",
  commandId: "command",
  commandHash: "hash",
  schemaVersion: 1,
};
const event = {
  id: "2f1c2cf5-5d4c-4c3b-9f62-6d0f0c5a4f11",
  type: "DoorOpened",
  data: {},
  metadata,
};

Deno.test("a service appends to its own categories", async () => {
  await using log = memoryLog();
  const owned = ownedLog(log, { service: "doors", categories: ["door", "doorRequest"] });
  const appended = await owned.append("door-1", [event], { expected: "no-stream" });
  assert.deepEqual(appended, { revision: 0, position: 1 });
  assert.equal(await log.head(), 1);
});

Deno.test("a service cannot append to anybody else's", async () => {
  await using log = memoryLog();
  const owned = ownedLog(log, { service: "doors", categories: ["door", "doorRequest"] });
  for (const stream of ["window-1", "doors-1", "doo", "doorRequests-1"]) {
    assert.throws(() => void owned.append(stream, [event], { expected: "no-stream" }), {
      name: "TypeError",
      message:
        `Cannot append to stream "${stream}" from service "doors": it owns "door", "doorRequest"`,
    });
  }
  assert.equal(await log.head(), undefined);
});

Deno.test("a service reads everything and leaves the log open", async () => {
  await using log = memoryLog();
  await log.append("door-1", [event], { expected: "no-stream" });
  const owned = ownedLog(log, { service: "windows", categories: ["window"] });
  const { signal } = new AbortController();
  assert.equal((await Array.fromAsync(owned.read("door-1"))).flat().length, 1);
  assert.equal((await Array.fromAsync(owned.readAll())).flat().length, 1);
  for await (const { events } of owned.subscribe({ signal })) {
    assert.equal(events.length, 1);
    break;
  }
  assert.equal(await owned.head(), 1);
  await owned[Symbol.asyncDispose]();
  assert.equal(await log.head(), 1);
});
