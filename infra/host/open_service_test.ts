import { aggregate, defineEvents, time } from "@headwater/core";
import { commandAnswer, commandHandler, routes } from "@headwater/http";
import { deadlineHeader } from "@headwater/resilience";
import { within } from "@headwater/testing";
import assert from "node:assert/strict";
import { z } from "zod";
import { service, type ServiceDefinition } from "./service.ts";
import { openInMemory } from "./testing/mod.ts";

const thisDoor = z.strictObject({ doorId: z.string() });
const door = aggregate({
  events: defineEvents("door", { DoorOpened: thisDoor }),
  commands: { OpenDoor: thisDoor, RingBell: thisDoor },
  id: ({ data }) => data.doorId,
  initialState: 0,
  decide: ({ type, data }, opened) =>
    type === "OpenDoor" && opened === 0 ? [{ type: "DoorOpened", data }] : [],
  evolve: (opened) => opened + 1,
});

function open(definition: Partial<ServiceDefinition>) {
  const { log, post } = openInMemory(
    service({ name: "doors", aggregates: [door], ...definition }),
  );
  return {
    log,
    post: (path: string, headers?: Record<string, string>) =>
      post(path, { doorId: "front" }, headers),
  };
}

Deno.test("a service takes its aggregates' commands from others without a word", async () => {
  const { log, post } = open({});
  const response = await post("/commands/OpenDoor", { "Idempotency-Key": "key-1" });
  assert.equal(response.status, 202);
  assert.deepEqual(await response.json(), { revision: 0 });
  assert.deepEqual(log.recorded.map(({ stream, type }) => [stream, type]), [
    ["door-front", "DoorOpened"],
  ]);
});

Deno.test("a command that leads to more than events is the service's own business", async () => {
  let rung = 0;
  const { post } = open({
    commands: ({ repository }) => ({
      RingBell: commandHandler(thisDoor, async ({ doorId }) => {
        rung += 1;
        const { revision } = await repository(door).load(doorId);
        return { revision, position: undefined };
      }),
    }),
  });
  assert.equal((await post("/commands/RingBell", { "Idempotency-Key": "key-1" })).status, 202);
  assert.equal(rung, 1);
});

Deno.test("a command appends nothing once its sender does not wait any more", async () => {
  const handled = Promise.withResolvers<unknown>();
  const { log, post } = open({
    commands: ({ repository }) => ({
      RingBell: commandHandler(thisDoor, async (data, context) => {
        const doors = repository(door);
        await doors.load(data.doorId);
        await time.aborted(time.currentDeadline()!.signal);
        const handling = doors.handle({ type: "OpenDoor", data }, context);
        handling.then(handled.resolve, handled.resolve);
        return await handling;
      }),
    }),
  });
  const headers = { "Idempotency-Key": "key-1", [deadlineHeader]: "30" };
  const answer = await within("the answer", post("/commands/RingBell", headers));
  assert.equal(answer.status, 504);
  const error = await within("the command", handled.promise);
  assert.equal((error as Error).name, "DeadlineExceeded");
  assert.deepEqual(log.recorded, []);
});

Deno.test("routes find the repository of an aggregate, the same for all", async () => {
  const own = routes();
  own.post("/api/doors/:id", async (c) => {
    assert.equal(c.env.repository(door), c.env.repository(door));
    const command = { type: "OpenDoor" as const, data: { doorId: c.req.param("id") } };
    const context = { commandId: c.env.newId(), correlationId: c.var.correlationId };
    return commandAnswer(c, await c.env.repository(door).handle(command, context), { body: {} });
  });
  const { log, post } = open({ routes: own });
  assert.equal((await post("/api/doors/back")).headers.get("ETag"), '"0"');
  assert.equal(log.recorded[0]?.stream, "door-back");
});

Deno.test("an aggregate that the service does not list has no repository", () => {
  const unlisted = { aggregates: [], commands: () => ({}) };
  assert.throws(
    () =>
      open({
        ...unlisted,
        commands({ repository }) {
          repository(door);
          return {};
        },
      }),
    {
      message:
        'Cannot open the repository of "door": service "doors" does not list it among its aggregates',
    },
  );
});
