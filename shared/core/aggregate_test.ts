import { recordingTracer } from "@headwater/testing";
import assert from "node:assert/strict";
import { z } from "zod";
import { aggregate } from "./aggregate.ts";
import { defineEvents } from "./event_schemas.ts";
import { memoryLog } from "./memory_log.ts";
import { repository } from "./repository.ts";
import { Refusal } from "./refusal.ts";

const thisDoor = z.object({ doorId: z.string() });
const events = defineEvents("door", { DoorOpened: thisDoor, DoorClosed: thisDoor });
const commands = { OpenDoor: thisDoor, CloseDoor: thisDoor };
type Own = { readonly type: "Creak"; readonly data: { readonly doorId: string } };

const door = aggregate({
  events,
  commands,
  id: ({ data }) => data.doorId,
  initialState: { isOpen: false },
  decide: ({ type, data }, { isOpen }) =>
    isOpen === (type === "OpenDoor")
      ? []
      : [{ type: type === "OpenDoor" ? "DoorOpened" : "DoorClosed", data }],
  evolve: (_state, { type }) => ({ isOpen: type === "DoorOpened" }),
});

Deno.test("an aggregate is named after the category of its events", () => {
  assert.equal(door.name, "door");
});

Deno.test("a repository finds the stream by the command, and gives the state back", async () => {
  const log = memoryLog();
  const doors = repository(door, { log });
  const context = { commandId: crypto.randomUUID(), correlationId: "c" };
  const command = { type: "OpenDoor" as const, data: { doorId: "front" } };
  const handled = await doors.handle(command, context);
  assert.equal(handled.revision, 0);
  assert.equal(log.recorded[0]?.stream, "door-front");
  assert.deepEqual((await doors.load("front")).state, { isOpen: true });
  assert.equal((await doors.load("back")).revision, -1);
});

Deno.test("what is recalled is as it was last seen here, and what was never seen is loaded", async () => {
  const log = memoryLog();
  const [here, elsewhere] = [repository(door, { log }), repository(door, { log })];
  const open = { type: "OpenDoor" as const, data: { doorId: "front" } };
  await here.handle(open, { commandId: crypto.randomUUID(), correlationId: "c" });
  assert.equal((await elsewhere.recall("front")).revision, 0);
  const close = { type: "CloseDoor" as const, data: { doorId: "front" } };
  await elsewhere.handle(close, { commandId: crypto.randomUUID(), correlationId: "c" });
  const recalled = await here.recall("front");
  assert.deepEqual([recalled.state, recalled.last?.type], [{ isOpen: true }, "DoorOpened"]);
  assert.deepEqual((await here.load("front")).state, { isOpen: false });
  assert.deepEqual((await here.recall("front")).state, { isOpen: false });
});

Deno.test("commands of the service's own need no schema", () => {
  const creaking = aggregate({
    events,
    commands,
    id: ({ data }: Own) => data.doorId,
    initialState: 0,
    decide: (command: Own) => command.type === "Creak" ? [] : [],
    evolve: (state) => state,
  });
  assert.deepEqual(creaking.decide({ type: "Creak", data: { doorId: "front" } }, 0), []);
});

Deno.test("what does not fit the contract does not compile", () => {
  const rest = { events, commands, initialState: 0, evolve: (state: number) => state };
  aggregate({
    ...rest,
    id: ({ data }) => data.doorId,
    // @ts-expect-error: there is no such event
    decide: () => [{ type: "DoorPainted", data: { doorId: "front" } }],
  });
  aggregate({
    ...rest,
    id: ({ data }) => data.doorId,
    // @ts-expect-error: the event's data are others
    decide: () => [{ type: "DoorOpened", data: { door: "front" } }],
  });
  aggregate({
    ...rest,
    // @ts-expect-error: no command has this field
    id: ({ data }) => data.gateId,
    decide: () => [],
  });
  aggregate({
    ...rest,
    id: ({ data }) => data.doorId,
    // @ts-expect-error: a command is not handled, so that nothing comes back
    decide({ type, data }): readonly { type: "DoorOpened"; data: { doorId: string } }[] {
      switch (type) {
        case "OpenDoor":
          return [{ type: "DoorOpened", data }];
      }
    },
  });
  const doors = repository(door, { log: memoryLog() });
  // @ts-expect-error: nobody takes this command
  const painted = () => doors.handle({ type: "PaintDoor", data: { doorId: "front" } }, context);
  const context = { commandId: "id", correlationId: "c" };
  assert.equal(typeof painted, "function");
});

const theirs = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

Deno.test("a command is a span of the trace it comes from, which its events name", async () => {
  await using log = memoryLog();
  const tracer = recordingTracer();
  const doors = repository(door, { log, tracer });
  const context = { commandId: crypto.randomUUID(), correlationId: "c", traceparent: theirs };
  await doors.handle({ type: "OpenDoor", data: { doorId: "front" } }, context);
  const [span] = tracer.spans;
  assert.equal(span?.name, "handle OpenDoor");
  assert.equal(`00-${span.traceId}-${span.parentId}-01`, theirs);
  assert.equal(span.isOver, true);
  assert.equal(log.recorded[0]?.metadata.traceparent, `00-${span.traceId}-${span.spanId}-01`);
});

Deno.test("where nobody listens events name what the command came with", async () => {
  await using log = memoryLog();
  const doors = repository(door, { log });
  const context = { commandId: crypto.randomUUID(), correlationId: "c", traceparent: theirs };
  await doors.handle({ type: "OpenDoor", data: { doorId: "front" } }, context);
  assert.equal(log.recorded[0]?.metadata.traceparent, theirs);
});

Deno.test("a command that comes again is the same one in whichever trace it comes", async () => {
  const commandId = crypto.randomUUID();
  const command = { type: "OpenDoor" as const, data: { doorId: "front" } };
  const ids: (string | undefined)[] = [];
  for (const tracer of [undefined, recordingTracer()]) {
    await using log = memoryLog();
    const first = repository(door, { log, tracer });
    const handled = await first.handle(command, { commandId, correlationId: "c" });
    // Also by who has not folded it
    for (const doors of [first, repository(door, { log, tracer: recordingTracer() })]) {
      const context = { commandId, correlationId: "c", traceparent: theirs };
      assert.deepEqual(await doors.handle(command, context), handled);
    }
    assert.equal(log.recorded.length, 1);
    ids.push(log.recorded[0]?.id);
  }
  assert.equal(ids[0], ids[1]);
});

Deno.test("a refusal is an answer, and no failure of its span", async () => {
  await using log = memoryLog();
  const tracer = recordingTracer();
  const doors = repository(
    aggregate({
      ...{ events, commands, initialState: {}, evolve: () => ({}) },
      id: ({ data }) => data.doorId,
      decide: () => {
        throw new Refusal("door-locked", "Cannot open the door: it is locked");
      },
    }),
    { log, tracer },
  );
  const context = { commandId: crypto.randomUUID(), correlationId: "c" };
  await assert.rejects(
    doors.handle({ type: "OpenDoor", data: { doorId: "front" } }, context),
    Refusal,
  );
  const [span] = tracer.spans;
  assert.equal(span?.attributes["headwater.refusal"], "door-locked");
  assert.deepEqual([span.failure, span.isOver], [undefined, true]);
});
