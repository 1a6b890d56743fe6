import { deepEqual } from "node:assert/strict";
import { Socket } from "node:net";
import process from "node:process";
import { eventually } from "@headwater/testing";
import { holdEnd } from "./hold_end.ts";

/** What a socket tells whoever listens, among what else happens. */
function setUp(asked: () => number) {
  const socket = new Socket();
  holdEnd(socket, { asked });
  const said: string[] = [];
  socket.on("error", ({ message }) => said.push(message));
  socket.on("close", () => said.push("closed"));
  const told = () => eventually("the end to be told", () => said.at(-1) === "closed");
  return { socket, said, told };
}

Deno.test("a connection ends for its driver after what the driver had to write", async () => {
  const { socket, said, told } = setUp(() => 0);
  setImmediate(() => said.push("written"));
  socket.destroy(new Error("lost"));
  await told();
  deepEqual(said, ["written", "lost", "closed"]);
});

Deno.test("queries that are asked meanwhile are written before it", async () => {
  let asked = 0;
  const { socket, said, told } = setUp(() => asked);
  function askOften(): void {
    asked++;
    said.push(`query ${asked}`);
    if (asked < 3) setImmediate(askOften);
  }
  socket.destroy(new Error("lost"));
  process.nextTick(askOften);
  await told();
  deepEqual(said, ["query 1", "query 2", "query 3", "lost", "closed"]);
});

Deno.test("what is written to a connection that has ended ends it, however much is asked of the others", async () => {
  let asked = 0;
  const { socket, said, told } = setUp(() => asked++);
  socket.destroy(new Error("lost"));
  process.nextTick(() => process.nextTick(() => setImmediate(() => socket.write("a query"))));
  await told();
  deepEqual(said, ["lost", "closed"]);
});
