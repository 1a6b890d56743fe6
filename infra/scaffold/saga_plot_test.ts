import { aggregate, defineEvents, type EventOf, Refusal } from "@headwater/core";
import { application, service } from "@headwater/host";
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { sagaPlot } from "./saga_plot.ts";

const thisDoor = z.strictObject({ doorId: z.string() });
const knock = z.strictObject({ doorId: z.string(), times: z.int() });
const events = defineEvents("door", {
  DoorShut: thisDoor,
  DoorOpened: thisDoor,
  Heard: knock,
  HouseLeft: z.strictObject({}),
});
const commands = {
  ...{ LeaveHouse: thisDoor, ShutDoor: thisDoor, LockDoor: thisDoor },
  ...{ Knock: knock, OpenDoor: thisDoor },
};
const door = aggregate({
  events,
  commands,
  id: ({ data }) => data.doorId,
  initialState: "none",
  decide(command, state): readonly EventOf<typeof events>[] {
    switch (command.type) {
      // No event of it says which door it was
      case "LeaveHouse":
        return [{ type: "HouseLeft", data: {} }];
      case "ShutDoor":
        return state === "shut" ? [] : [{ type: "DoorShut", data: command.data }];
      case "LockDoor":
        throw new Refusal("door-without-lock", "Cannot lock it: it has no lock");
      case "Knock":
        return [{ type: "Heard", data: command.data }];
      case "OpenDoor":
        return state === "shut" ? [{ type: "DoorOpened", data: command.data }] : [];
    }
  },
  evolve: (state, { type }) =>
    type === "DoorShut" ? "shut" : type === "DoorOpened" ? "open" : state,
});
const doors = service({ name: "doors", aggregates: [door] });

const front = { doorId: "front" };
const messages = {
  doorEventExamples: {
    DoorShut: { type: "DoorShut", data: front },
    DoorOpened: { type: "DoorOpened", data: front },
    Heard: { type: "Heard", data: { ...front, times: 2 } },
    HouseLeft: { type: "HouseLeft", data: {} },
  },
  doorCommandExamples: {
    LeaveHouse: { type: "LeaveHouse", data: front },
    ShutDoor: { type: "ShutDoor", data: front },
    LockDoor: { type: "LockDoor", data: front },
    Knock: { type: "Knock", data: { ...front, times: 2 } },
    OpenDoor: { type: "OpenDoor", data: front },
  },
};

/** Plans with these examples in a workspace of its own. */
async function plan(
  wishes: { readonly after?: string; readonly send?: string },
  examples: object = messages,
) {
  const path = await Deno.makeTempDir({ dir: tmpdir(), prefix: "headwater-plot-" });
  try {
    await Deno.mkdir(join(path, "services", "doors"), { recursive: true });
    await Deno.writeTextFile(
      join(path, "services", "doors", "examples.ts"),
      Object.entries(examples).map(([name, value]) =>
        `export const ${name} = ${JSON.stringify(value)};\n`
      ).join(""),
    );
    const house = application({
      name: "house",
      services: [doors],
      createGateway: () => () => Promise.reject(new Error("Cannot answer: there is no gateway")),
    });
    const workspace = {
      application: house,
      root: pathToFileURL(`${path}/`),
      app: "services/app.ts",
      scope: "@house",
    };
    const names = { events: "doorEvents", commands: "doorCommands" };
    return await sagaPlot(workspace, { definition: doors, aggregate: door, names }, wishes);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

Deno.test("a saga is about the first event, and the first command that something follows from", async () => {
  assert.deepEqual(await plan({}), {
    after: "DoorShut",
    send: "Knock",
    proof: "Heard",
    key: "doorId",
    data: { times: 2 },
  });
});

Deno.test("a saga is about the event and the command that are named", async () => {
  const opened = await plan({ send: "OpenDoor" });
  assert.deepEqual([opened.after, opened.proof, opened.data], ["DoorShut", "DoorOpened", {}]);
  const shut = await plan({ after: "DoorOpened", send: "ShutDoor" });
  assert.deepEqual([shut.after, shut.proof], ["DoorOpened", "DoorShut"]);
});

Deno.test("a saga is refused where there is no such message, or nothing follows from it", async () => {
  await assert.rejects(plan({ after: "DoorBurnt" }), {
    code: "event-unknown",
    message:
      'Cannot find event "DoorBurnt": allowed are "DoorShut", "DoorOpened", "Heard", "HouseLeft"',
  });
  await assert.rejects(plan({ send: "BurnDoor" }), { code: "command-unknown" });
  for (const send of ["LockDoor", "ShutDoor", "LeaveHouse"]) {
    await assert.rejects(plan({ send }), {
      code: "saga-without-step",
      message:
        `Cannot make a saga that sends "${send}" after "DoorShut": in the examples nothing follows from it; allowed with --after are "DoorShut", "DoorOpened", "Heard", "HouseLeft", with --send "LeaveHouse", "ShutDoor", "LockDoor", "Knock", "OpenDoor"`,
    });
  }
});

Deno.test("a service without examples is told which are missing", async () => {
  await assert.rejects(plan({}, { doorEventExamples: messages.doorEventExamples }), {
    message:
      'Cannot read the examples of "door": services/doors/examples.ts has no doorCommandExamples',
  });
});
