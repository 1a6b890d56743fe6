import type { Recorded } from "@headwater/core";
import assert from "node:assert/strict";
import { received, sendable } from "./sent_events.ts";

const event = {
  type: "Placed",
  stream: "order-1",
  recordedAt: "2026-01-02T03:04:05.678Z",
  metadata: {
    $correlationId: "1",
    $causationId: "2",
    commandId: "3",
    commandHash: "ä€😀",
    schemaVersion: 3,
  },
};

Deno.test("events arrive in a thread as they were sent", () => {
  const events = ["ä€😀", "plain", { nested: [null, 1] }, null].map((data, index): Recorded => ({
    ...event,
    id: `00000000-0000-4000-8000-00000000000${index}`,
    type: index < 2 ? "Placed" : "Confirmed",
    revision: index,
    position: 2 ** 40 + index,
    data,
  }));
  const arrived = received(structuredClone(sendable(events)));
  assert.deepEqual(
    arrived.map(({ id, type, stream, revision, position, recordedAt, data, metadata }) => ({
      id,
      type,
      stream,
      revision,
      position,
      recordedAt,
      data,
      metadata,
    })),
    events.map(({ id, type, stream, revision, position, recordedAt, data, metadata }) => ({
      id,
      type,
      stream,
      revision,
      position,
      recordedAt,
      data,
      metadata,
    })),
  );
  // What an event of a thread is sent on as, is the same again
  assert.deepEqual(sendable(arrived), sendable(events));
});
