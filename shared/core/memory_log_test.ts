import { eventLogSuite } from "@headwater/testing";
import assert from "node:assert/strict";
import { memoryLog } from "./memory_log.ts";

eventLogSuite("memory", () => Promise.resolve(memoryLog()), Deno);

const event = {
  id: "2f1c2cf5-5d4c-4c3b-9f62-6d0f0c5a4f11",
  type: "DoorOpened",
  data: { by: "Ada" },
  metadata: {
    $correlationId: "correlation-1",
    $causationId: "cause",
    commandId: "command",
    commandHash: "hash",
    schemaVersion: 1,
  },
};

Deno.test("what one reader does to an event is not seen by the next", async () => {
  await using log = memoryLog();
  await log.append("door-1", [event], { expected: "no-stream" });
  for (let reading = 0; reading < 2; reading++) {
    for await (const [read] of log.read("door-1")) {
      assert.deepEqual(read?.data, { by: "Ada" });
      Object.assign(read?.data as object, { by: "nobody" });
    }
  }
});

Deno.test("events bear the time of the clock that is handed in", async () => {
  await using log = memoryLog({ now: () => new Date(0) });
  await log.append("door-1", [event], { expected: "no-stream" });
  const [read] = (await Array.fromAsync(log.read("door-1"))).flat();
  assert.equal(read?.recordedAt, "1970-01-01T00:00:00.000Z");
});
