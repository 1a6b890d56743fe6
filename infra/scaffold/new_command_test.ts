import { aggregate, column, defineEvents, view } from "@headwater/core";
import { application, service } from "@headwater/host";
import { routes } from "@headwater/http";
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { newCommand } from "./new_command.ts";
import type { Workspace } from "./workspace.ts";

const thisDoor = z.strictObject({ doorId: z.string() });
const frontDoor = aggregate({
  events: defineEvents("frontDoor", { DoorOpened: thisDoor }),
  commands: { OpenDoor: thisDoor },
  id: ({ data }) => data.doorId,
  initialState: 0,
  decide: ({ data }) => [{ type: "DoorOpened", data }],
  evolve: (opened) => opened + 1,
});
const doorBells = view({
  name: "door-bells",
  version: 1,
  table: "bell_rope",
  reads: [frontDoor.events],
  columns: { doorId: column.text() },
  primaryKey: "doorId",
  key: ({ data }) => data.doorId,
  evolve: (_row, { data }) => data,
});
const doorRoutes = routes();
doorRoutes.get("/api/entrances/:id", (c) => c.json({}));

const house = application({
  name: "house",
  services: [
    service({ name: "doors", aggregates: [frontDoor], views: [doorBells], routes: doorRoutes }),
    service({ name: "watch" }),
  ],
  createGateway: () => () => Promise.reject(new Error("Cannot answer: there is no gateway here")),
});

/** A workspace of this application in a folder of its own, with this `app.ts`. */
async function openWorkspace(app = "services: [doors, watch]") {
  const path = await Deno.makeTempDir({ dir: tmpdir(), prefix: "headwater-new-" });
  const files = {
    "deno.json": JSON.stringify({ workspace: ["./services/*", "./engine"] }),
    "engine/deno.json": JSON.stringify({ name: "@house/event-engine" }),
    "services/gateway/deno.json": JSON.stringify({ name: "@house/gateway" }),
    "services/doors/alarm_view.ts": "",
    "services/left/notes.txt": "",
    "services/app.ts": app,
  };
  for (const [file, text] of Object.entries(files)) {
    await Deno.mkdir(join(path, file, ".."), { recursive: true });
    await Deno.writeTextFile(join(path, file), text);
  }
  const workspace: Workspace = {
    application: house,
    root: pathToFileURL(`${path}/`),
    app: "services/app.ts",
    scope: "@house",
  };
  return {
    async run(line: string): Promise<{ readonly code: number; readonly printed: string }> {
      let printed = "";
      const args = line === "" ? [] : line.split(" ");
      const code = await newCommand(workspace, args, (text) => printed += text);
      return { code, printed };
    },
    /** Every file there is. */
    files: () => filesIn(path),
    read: (file: string) => Deno.readTextFile(join(path, file)),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

async function filesIn(folder: string, prefix = ""): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) files.push(...await filesIn(join(folder, name), `${prefix}${name}/`));
    else files.push(prefix + name);
  }
  return files.toSorted();
}

const refused: readonly (readonly [line: string, said: RegExp])[] = [
  ["thing loyalty", /^Cannot make "thing": allowed are service, view, saga, policy$/m],
  ["service", /^Cannot make a service without a name\nUsage:/],
  ["view --service doors", /^Cannot make a view without a name\n/],
  ["service doors", /service "doors": the name is taken, there is a service "doors"/],
  [
    "service front_door",
    /"front_door": the name is taken, category "frontDoor" belongs to .*"doors"/,
  ],
  ["service door_bells", /the name is taken, view "door-bells" belongs to service "doors"/],
  ["service entrances", /taken, "doors" has the public route GET \/api\/entrances\/:id/],
  ["service left", /taken, there is a folder services\/left\//],
  ["service gateway", /"gateway": the name is reserved, as are app, .*gateway/],
  ["service event_engine", /"event_engine": the name is reserved/],
  ["service app", /"app": the name is reserved/],
  ["service house", /"house": the name is reserved/],
  [
    "service aggregate",
    /every service uses "aggregate" as a word of its own; allowed is any other/,
  ],
  ["service class", /"class": it may be no word of JavaScript/],
  ["service order_view", /"order_view": it may be no .* must not end in "view"/],
  ["service helpers", /"helpers": it may be no .* that says nothing/],
  ["service Loyalty", /"Loyalty": a name has 1 to 30 lower-case letters/],
  ["service ../x", /"..\/x": a name has/],
  ["service 2nd", /"2nd": a name has/],
  [`service ${"x".repeat(31)}`, /": a name has 1 to 30/],
  ["service loyalty --service doors", /"loyalty": unknown flag "--service"/],
  ["service loyalty points", /"loyalty": unexpected argument "points"/],
  ["view visits", /"visits": --service must say whose it is, allowed are "doors", "watch"/],
  ["view visits --service", /"visits": --service lacks its value/],
  ["view visits --service windows", /service "windows": allowed are "doors", "watch"/],
  ["view visits --service doors --of windows", /service "windows": allowed are/],
  ["view visits --service watch", /events of service "watch": .* allowed are "doors"/],
  ["view door_bells --service watch --of doors", /taken, view "door-bells" belongs to/],
  ["view bell_rope --service doors", /taken, it is the table of view "door-bells"/],
  ["view alarm --service doors", /taken, there is a file services\/doors\/alarm_view.ts/],
  ["saga greet --service windows", /service "windows": allowed are/],
  ["saga greet --service watch", /events of service "watch"/],
  ["policy greet --service doors --send OpenDoor", /"greet": --after must say which event/],
  ["policy greet --service doors --after Rang", /"greet": --after must .* --send which command/],
  [
    "policy greet --service doors --after DoorOpened --send OpenDoor",
    /it is an event of "doors" itself, a saga hears those/,
  ],
  [
    "policy greet --service watch --after Rang --send Look",
    /event "Rang": allowed are "DoorOpened"/,
  ],
  ["policy greet --service windows --after Rang --send Look", /service "windows": allowed are/],
  ["policy greet --service watch --after DoorOpened --send Look", /events of service "watch"/],
];

Deno.test("what cannot be made is refused with its name and what is allowed, and nothing is written", async () => {
  await using workspace = await openWorkspace();
  const before = await workspace.files();
  for (const [line, said] of refused) {
    const { code, printed } = await workspace.run(line).catch((error) =>
      assert.fail(`${line}: ${error}`)
    );
    assert.equal(code, 2, line);
    assert.match(printed, said, line);
  }
  assert.deepEqual(await workspace.files(), before);
  assert.equal(await workspace.read("services/app.ts"), "services: [doors, watch]");
});

Deno.test("without words it says what can be made", async () => {
  await using workspace = await openWorkspace();
  assert.equal((await workspace.run("")).code, 2);
  const { code, printed } = await workspace.run("--help");
  assert.equal(code, 0);
  assert.match(printed, /service NAME .*\n.*view NAME .*\n.*saga NAME/);
});

Deno.test("a service is written and listed, and what to do next is said", async () => {
  await using workspace = await openWorkspace(
    "// Ours\nput({ services: [\n  doors, // in front\n  watch // at night\n] });\n",
  );
  const { code, printed } = await workspace.run("service gift_card");
  assert.equal(code, 0, printed);
  assert.match(
    printed,
    /services\/gift_card\/contract\.ts\n[^]*Next:\n {2}1\. .*\n {2}2\. .*\n {2}3\. .*\n$/,
  );
  assert.equal(
    await workspace.read("services/app.ts"),
    'import { giftCardService } from "@house/gift-card";\n\n// Ours\nput({\n  services: [\n    doors, // in front\n    watch, // at night\n    giftCardService,\n  ],\n});\n',
  );
  const config = JSON.parse(await workspace.read("services/gift_card/deno.json"));
  assert.equal(config.name, "@house/gift-card");
  for (const file of await workspace.files()) {
    if (file.startsWith("services/gift_card/")) {
      assert.doesNotMatch(file + await workspace.read(file), /sample/i);
    }
  }
});

Deno.test("an application whose list of services cannot be told is left as it is", async () => {
  await using workspace = await openWorkspace("services: all");
  const before = await workspace.files();
  await assert.rejects(workspace.run("service loyalty"), {
    message:
      'Cannot add "loyaltyService" to services/app.ts: it must have one list "services: [...]", with nothing but names in it',
  });
  assert.deepEqual(await workspace.files(), before);
});
