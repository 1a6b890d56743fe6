// Runs on plain Node, which leaves its types out, in a folder with the packed event store and the published client; says what it saw as JSON.
import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import {
  EventStoreDBClient,
  jsonEvent,
  type JSONEventData,
  persistentSubscriptionToStreamSettingsFromDefaults as settings,
  START,
} from "@eventstore/db-client";
import { eventLog, Unavailable } from "@headwater/core";
import { openEventLog, startEventStore } from "@headwater/event-store";

const [folder = ""] = process.argv.slice(2);
const stages = { inMemory, durable, sharedAmongConsumers, asCommand, asLog };
const seen: Record<string, unknown> = {};
for (const [name, stage] of Object.entries(stages)) seen[name] = await stage();
process.stdout.write(`${JSON.stringify(seen)}\n`);

type Command = {
  readonly child: ChildProcessWithoutNullStreams;
  readonly connectionString: string;
};

async function inMemory() {
  const server = await startEventStore({ path: ":memory:" });
  const client = EventStoreDBClient.connectionString(server.connectionString);
  await client.appendToStream("order-1", events(3));
  const conflict = client.appendToStream("order-1", events(1), { expectedRevision: "no_stream" });
  await assert.rejects(conflict, { type: "wrong-expected-version" });
  const projected = await countOf(client.readStream("$ce-order", { resolveLinkTos: true }));
  const read = await countOf(client.readStream("order-1"));
  await client.dispose();
  await server[Symbol.asyncDispose]();
  return { read, projected };
}

async function durable() {
  const path = join(folder, "durable", "events.sqlite");
  const first = await startEventStore({ path });
  const writer = EventStoreDBClient.connectionString(first.connectionString);
  // Enough for the write-ahead log to be moved into the file several times
  const appends = Array.from({ length: 400 }, () => writer.appendToStream("a-1", events(50)));
  await Promise.all(appends);
  await assert.rejects(startEventStore({ path }), Unavailable);
  await writer.dispose();
  await first[Symbol.asyncDispose]();

  const second = await startEventStore({ path });
  const reader = EventStoreDBClient.connectionString(second.connectionString);
  const read = await countOf(reader.readStream("a-1"));
  await reader.dispose();
  await second[Symbol.asyncDispose]();
  return { read };
}

async function sharedAmongConsumers() {
  const path = join(folder, "shared", "events.sqlite");
  const first = await startEventStore({ path });
  const client = EventStoreDBClient.connectionString(first.connectionString);
  await client.appendToStream("order-1", events(10));
  const options = settings({ startFrom: START, checkPointLowerBound: 1, checkPointUpperBound: 1 });
  await client.createPersistentSubscriptionToStream("order-1", "billing", options);
  const before = await consume(client, 4);
  const { stats } = await client.getPersistentSubscriptionToStreamInfo("order-1", "billing");
  await client.dispose();
  await first[Symbol.asyncDispose]();

  const second = await startEventStore({ path });
  const later = EventStoreDBClient.connectionString(second.connectionString);
  const after = await consume(later, 6);
  await later.dispose();
  await second[Symbol.asyncDispose]();
  return { before, after, acknowledged: stats.totalItems >= 4 };
}

async function asCommand() {
  const data = join(folder, "command");
  let server = await command("--data", data, "--port", "0", "--log-level", "warn");
  const writer = EventStoreDBClient.connectionString(server.connectionString);
  for (let number = 0; number < 20; number++) await writer.appendToStream("b-1", events(1));
  const refused = await exitOf(start("--data", data, "--port", "0"));
  server.child.kill("SIGKILL");
  await once(server.child, "exit");
  await writer.dispose();

  server = await command("--data", data, "--port", "0", "--supervised");
  const reader = EventStoreDBClient.connectionString(server.connectionString);
  const read = await countOf(reader.readStream("b-1"));
  await reader.dispose();
  const ended = once(server.child, "exit");
  server.child.stdin.end();
  const [supervised] = await ended;

  server = await command("--mem-db", "--port", "0");
  const stopped = once(server.child, "exit");
  server.child.kill("SIGTERM");
  const [terminated] = await stopped;
  return { read, refused, supervised, terminated };
}

async function asLog() {
  const log = openEventLog({ path: ":memory:" });
  const id = crypto.randomUUID();
  const metadata = {
    $correlationId: id,
    $causationId: id,
    commandId: id,
    commandHash: "",
    schemaVersion: 1,
  };
  const event = { id, type: "Happened", data: {}, metadata };
  await log.append("c-1", [event], { expected: "no-stream" });
  const other = { ...event, id: crypto.randomUUID() };
  await assert.rejects(
    log.append("c-1", [other], { expected: "no-stream" }),
    eventLog.RevisionConflict,
  );
  let read = 0;
  for await (const page of log.readAll()) read += page.length;
  await log[Symbol.asyncDispose]();
  return { read };
}

/** Takes so many messages of the group, and gives their revisions. */
async function consume(client: EventStoreDBClient, count: number): Promise<number[]> {
  const options = { bufferSize: 1 };
  const group = client.subscribeToPersistentSubscriptionToStream("order-1", "billing", options);
  const revisions: number[] = [];
  for await (const message of group) {
    revisions.push(Number(message.event?.revision));
    await group.ack(message);
    if (revisions.length === count) break;
  }
  await group.unsubscribe();
  return revisions;
}

function start(...args: string[]): ChildProcessWithoutNullStreams {
  const bin = join("node_modules", "@headwater", "event-store", "bin.js");
  return spawn(process.execPath, [bin, ...args], { stdio: ["pipe", "pipe", "pipe"] });
}

async function command(...args: string[]): Promise<Command> {
  const child = start(...args);
  child.stderr.pipe(process.stderr);
  let said = "";
  for await (const text of child.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    said += text;
    const connectionString = said.match(/esdb:\/\/\S+/)?.[0];
    if (connectionString) return { child, connectionString };
  }
  throw new Error(`Cannot start the command: it said "${said}"`);
}

async function exitOf(
  child: ChildProcessWithoutNullStreams,
): Promise<{ readonly code: number; readonly text: string | undefined }> {
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (part: string) => text += part);
  const [code] = await once(child, "close");
  return { code, text: text.trim().split("\n").at(-1) };
}

async function countOf(read: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of read) count++;
  return count;
}

function events(count: number): JSONEventData[] {
  return Array.from({ length: count }, (_, n) => jsonEvent({ type: "Happened", data: { n } }));
}
