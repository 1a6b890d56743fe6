import { eventLogSuite } from "@headwater/testing";
import assert from "node:assert/strict";
import { Unavailable } from "./failures.ts";
import { meteredLog } from "./metered_log.ts";
import { memoryLog } from "./memory_log.ts";
import { silentMeter } from "./meter.ts";
import { prometheusMeter } from "./prometheus_meter.ts";

const metered = { service: "doors", meter: silentMeter };

eventLogSuite("metered", () => Promise.resolve(meteredLog(memoryLog(), metered)), Deno);

function opened(number: number) {
  return {
    id: crypto.randomUUID(),
    type: "DoorOpened",
    data: { number },
    metadata: {
      $correlationId: "correlation-1",
      $causationId: "cause",
      commandId: "command",
      commandHash: "hash",
      schemaVersion: 1,
    },
  };
}

Deno.test("appends are counted by how they ended, and timed", async () => {
  const meter = prometheusMeter();
  const failures: Error[] = [new Unavailable("Cannot append: the disk is full"), new Error("bug")];
  let now = 0;
  const clock = { now: () => now, after: () => () => {} };
  await using memory = memoryLog();
  const log = meteredLog({
    ...memory,
    append(...asked) {
      now += 30;
      if (asked[0] === "door-1") return memory.append(...asked);
      return Promise.reject(failures.shift());
    },
  }, { service: "doors", meter, clock });
  const first = { expected: "no-stream" } as const;
  await log.append("door-1", [opened(1), opened(2)], first);
  await assert.rejects(log.append("door-1", [opened(3)], first), { name: "RevisionConflict" });
  await assert.rejects(log.append("door-2", [opened(1)], first), { name: "Unavailable" });
  await assert.rejects(log.append("door-2", [opened(1)], first), { message: "bug" });
  const page = await meter.page();
  for (const outcome of ["done", "conflict", "unavailable", "failed"]) {
    assert.ok(
      page.includes(`headwater_log_appends_total{service="doors",outcome="${outcome}"} 1\n`),
      page,
    );
  }
  assert.match(page, /headwater_log_appended_events_total{service="doors"} 2\n/);
  assert.match(
    page,
    /headwater_log_append_duration_seconds_bucket{service="doors",le="0.025"} 0\n.*le="0.05"} 4\n/,
  );
});
