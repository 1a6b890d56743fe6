import assert from "node:assert/strict";
import { CommandTraces } from "./command_traces.ts";

Deno.test("what came last of a command is found, however many there are", () => {
  const traces = new CommandTraces();
  const count = 200_000;
  for (let revision = 0; revision < count; revision++) {
    const commandId = `command ${Math.floor(revision / 2)}`;
    traces.set(commandId, { hash: `hash of ${commandId}`, revision, position: revision + 1 });
  }
  for (let command = 0; command < count / 2; command += 1_001) {
    const id = `command ${command}`;
    const revision = 2 * command + 1;
    assert.deepEqual(traces.get(id), { hash: `hash of ${id}`, revision, position: revision + 1 });
  }
  assert.equal(traces.get("another command"), undefined);
});

Deno.test("a command that comes up again much later is known by what came last", () => {
  const traces = new CommandTraces();
  const trace = { hash: "hash", revision: 0, position: 1 };
  traces.set("first", trace);
  for (let index = 1; index <= 70_000; index++) traces.set(`command ${index}`, trace);
  traces.set("first", { ...trace, revision: 70_001 });
  assert.equal(traces.get("first")?.revision, 70_001);
});
