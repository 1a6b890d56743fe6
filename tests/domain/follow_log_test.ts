import { equal, rejects } from "node:assert/strict";
import { openSqliteLog } from "@headwater/infra/event_log/sqlite";
import { followLog } from "@headwater/shared/domain/follow_log";
import type { EventLog } from "@headwater/shared/ports/event_log";

async function firstBatch(log: EventLog, after?: number) {
  const { signal } = new AbortController();
  for await (const batch of followLog(log, { signal, ...(after !== undefined && { after }) })) {
    return batch;
  }
}

async function append(log: EventLog): Promise<number> {
  const metadata = {
    $correlationId: "correlation",
    $causationId: "causation",
    commandId: "command",
    commandHash: "hash",
    schemaVersion: 1,
  };
  const event = { id: crypto.randomUUID(), type: "OrderPlaced", data: {}, metadata };
  return (await log.append("order-1", [event], { expected: "any" })).position;
}

Deno.test("who was here before goes on where they left off", async () => {
  await using log = openSqliteLog({ path: ":memory:" });
  equal((await firstBatch(log))?.events.length, 0);
  const first = await append(log);
  await append(log);
  equal((await firstBatch(log, first))?.events.length, 1);
});

Deno.test("a log that ends before it was left off is another one, and is refused", async () => {
  await using log = openSqliteLog({ path: ":memory:" });
  const last = await append(log);
  await rejects(firstBatch(log, last + 1), /from position 2: it ends at 1, so it is not the one/);
});
