import assert from "node:assert/strict";
import { z } from "zod";
import { recordedExample } from "@headwater/testing";
import { defineEvents, versioned } from "./event_schemas.ts";
import type { DomainEvent, Recorded } from "./event.ts";

const doorEvents = defineEvents("door", {
  DoorOpened: versioned(
    z.object({ doorId: z.string(), by: z.string(), wide: z.boolean() }),
    // Version 1 did not say who, version 2 not how far.
    (data: { doorId: string }) => ({ ...data, by: "somebody" }),
    (data: { doorId: string; by: string }) => ({ ...data, wide: data.by === "somebody" }),
  ),
  DoorClosed: z.object({ doorId: z.string() }),
});

function stored(event: DomainEvent, schemaVersion: number): Recorded {
  const recorded = recordedExample(event, { stream: "door-1", revision: 4 });
  return { ...recorded, metadata: { ...recorded.metadata, schemaVersion } };
}

Deno.test("an event is written in its newest version", () => {
  const opened = { type: "DoorOpened" as const, data: { doorId: "1", by: "Ada", wide: true } };
  assert.deepEqual(doorEvents.encode(opened), { ...opened, schemaVersion: 3 });
  const closed = { type: "DoorClosed" as const, data: { doorId: "1" } };
  assert.deepEqual(doorEvents.encode(closed), { ...closed, schemaVersion: 1 });
});

Deno.test("an event of any version is read as one of the newest", () => {
  const versions = [
    [1, { doorId: "1" }, { doorId: "1", by: "somebody", wide: true }],
    [2, { doorId: "1", by: "Ada" }, { doorId: "1", by: "Ada", wide: false }],
    [3, { doorId: "1", by: "Ada", wide: true }, { doorId: "1", by: "Ada", wide: true }],
  ] as const;
  for (const [version, data, expected] of versions) {
    const recorded = stored({ type: "DoorOpened", data }, version);
    const untouched = structuredClone(recorded);
    assert.deepEqual(doorEvents.decode(recorded), { ...recorded, data: expected });
    assert.deepEqual(recorded, untouched, "what is stored stays as it is");
  }
});

Deno.test("a type that a newer release may have written is passed over", () => {
  assert.equal(doorEvents.decode(stored({ type: "DoorPainted", data: {} }, 1)), undefined);
  assert.equal(doorEvents.decode(stored({ type: "toString", data: {} }, 1)), undefined);
});

Deno.test("an event of a newer version is not taken for an older one", () => {
  assert.throws(() => doorEvents.decode(stored({ type: "DoorOpened", data: { doorId: "1" } }, 4)), {
    message:
      'Cannot read event 4 of stream "door-1": it is version 4 of "DoorOpened", this release knows 3',
  });
});

Deno.test("stored data that does not fit is an error that says where it lies", () => {
  assert.throws(
    () => doorEvents.decode(stored({ type: "DoorClosed", data: { doorId: 1 } }, 1)),
    (error: Error) =>
      error.message.startsWith('Cannot read event 4 of stream "door-1" as "DoorClosed"') &&
      error.message.includes("doorId") && error.cause instanceof z.ZodError,
  );
});

Deno.test("what does not fit its schema is not written", () => {
  // deno-lint-ignore no-explicit-any -- what a decider with a bug may yield
  const event = { type: "DoorClosed", data: { doorId: 1 } } as any;
  assert.throws(() => doorEvents.encode(event), { name: "ZodError" });
});

Deno.test("an event of another category is not written", () => {
  // deno-lint-ignore no-explicit-any -- as above
  const event = { type: "WindowOpened", data: {} } as any;
  assert.throws(() => doorEvents.encode(event), {
    message:
      'Cannot write an event of type "WindowOpened" to category "door": known are DoorOpened, DoorClosed',
  });
  assert.throws(() => doorEvents.schemaOf(event.type), /Cannot write an event of type/);
});
