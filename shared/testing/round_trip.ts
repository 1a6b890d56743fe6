import fc from "fast-check";
import assert from "node:assert/strict";
import type { z } from "zod";
import type { DomainEvent, EventSchemas } from "@headwater/core";
import { arbitraryOf } from "./arbitrary_of.ts";
import { recordedExample } from "./given.ts";

/** Asserts of every event of a category that what is written is read again as it was. */
export function assertEventsRoundTrip(schemas: EventSchemas): void {
  for (const type of schemas.types as readonly string[]) {
    fc.assert(fc.property(arbitraryOf(schemas.schemaOf(type)), (data) => {
      assertEventRoundTrips(schemas, { type, data });
    }));
  }
}

/** The same of one event. */
export function assertEventRoundTrips(schemas: EventSchemas, event: DomainEvent): void {
  const { schemaVersion, ...written } = schemas.encode(event);
  const { data } = JSON.parse(JSON.stringify(written));
  const { metadata, ...recorded } = recordedExample({ type: event.type, data });
  const stored = { ...recorded, metadata: { ...metadata, schemaVersion } };
  assert.deepEqual(schemas.decode(stored), { ...stored, data: event.data });
}

/** Asserts of every command that its data is the same on the other side of an HTTP request. */
export function assertCommandsRoundTrip(schemas: Readonly<Record<string, z.ZodType>>): void {
  for (const schema of Object.values(schemas)) {
    fc.assert(fc.property(arbitraryOf(schema), (data) => {
      assert.deepEqual(schema.parse(JSON.parse(JSON.stringify(data))), data);
    }));
  }
}
