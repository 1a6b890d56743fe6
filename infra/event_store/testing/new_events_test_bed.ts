import type { eventLog } from "@headwater/core";

/** An event with an id of its own. */
export function newEvent(data: unknown = { total: 1 }): eventLog.NewEvent {
  const id = crypto.randomUUID();
  const metadata = {
    $correlationId: id,
    $causationId: id,
    commandId: id,
    commandHash: "hash",
    schemaVersion: 1,
  };
  return { id, type: "OrderPlaced", data, metadata };
}

export function newEvents(count: number, data: unknown = {}): eventLog.NewEvent[] {
  return Array.from({ length: count }, () => newEvent(data));
}
