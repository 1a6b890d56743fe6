import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  type EventStoreDBClient,
  jsonEvent,
  persistentSubscriptionToAllSettingsFromDefaults,
  streamNameFilter,
} from "@eventstore/db-client";
import { eventually, within } from "@headwater/testing";
import { withFile } from "../testing/sqlite_test_bed.ts";
import {
  groupClient,
  groupTestBed,
  settings,
  type TestConsumer,
  typesOf,
} from "../testing/group_test_bed.ts";

const stream = "order-1";
const group = "billing";
const types = Array.from({ length: 30 }, (_, n) => `E${n}`);

Deno.test("Groups are there again after a restart, and go on from their checkpoints", async () => {
  await withFile(async (path) => {
    {
      await using bed = await groupTestBed(path);
      const { client } = bed;
      await bed.append(stream, "A", "B", "C");
      await client.createPersistentSubscriptionToStream(stream, group, settings());
      const start = persistentSubscriptionToAllSettingsFromDefaults({ startFrom: "start" });
      await client.createPersistentSubscriptionToAll("orders", start, {
        filter: streamNameFilter({ regex: "^order-" }),
      });
      await using consumer = bed.consume(group, { stream });
      await consumer.ack((await consumer.take(3)).slice(0, 1));
      await checkpointOf(client, 0n);
    }
    await using bed = await groupTestBed(path);
    await using consumer = bed.consume(group, { stream });
    assert.deepEqual(typesOf(await consumer.take(2)), ["B", "C"]);
    const info = await bed.client.getPersistentSubscriptionToStreamInfo(stream, group);
    assert.deepEqual(info.settings, settings());
    await bed.append("cart-1", "Other");
    await using orders = bed.consume("orders");
    assert.deepEqual(typesOf(await orders.take(3)), ["A", "B", "C"]);
  });
});

Deno.test("A group from the end misses nothing that came between its creation and a restart", async () => {
  await withFile(async (path) => {
    {
      await using bed = await groupTestBed(path);
      await bed.append(stream, "Before");
      const end = settings({ startFrom: "end" });
      await bed.client.createPersistentSubscriptionToStream(stream, group, end);
      await bed.append(stream, "After");
    }
    await using bed = await groupTestBed(path);
    await using consumer = bed.consume(group, { stream });
    assert.deepEqual(typesOf(await consumer.take(1)), ["After"]);
  });
});

Deno.test("A server that is killed delivers once more what was not acknowledged, and keeps what was parked", async () => {
  await withFile(async (path) => {
    let answered: string[];
    {
      await using server = await serveElsewhere(path);
      await using bed = groupClient(server.port);
      await bed.append(stream, ...types);
      await bed.client.createPersistentSubscriptionToStream(stream, group, settings());
      await using consumer = bed.consume(group, { stream });
      answered = await answerSome(consumer);
      await eventually("parking", async () => await parkedCount(bed.client) === 2n);
      await checkpointOf(bed.client, 11n);
      await server.kill();
      await consumer.ended;
    }
    await using bed = await groupTestBed(path);
    await using consumer = bed.consume(group, { stream, bufferSize: 100 });
    assert.deepEqual(typesOf(await consumer.take(18)), types.slice(12));
    assert.deepEqual(answered, types.slice(0, 12));
    assert.equal(await parkedCount(bed.client), 2n);
  });
});

Deno.test("Groups are found again although somebody wrote something else to their stream", async () => {
  await withFile(async (path) => {
    {
      await using bed = await groupTestBed(path);
      await bed.client.createPersistentSubscriptionToStream(stream, group, settings());
      const config = "$persistentSubscriptionConfig";
      await bed.append(config, "Nonsense");
      const incomplete = [{}, { entries: [{}] }, { entries: [{ stream, group }] }];
      await bed.client.appendToStream(
        config,
        incomplete.map((data) => jsonEvent({ type: "$PersistentConfig", data })),
      );
    }
    await using bed = await groupTestBed(path);
    const groups = await bed.client.listAllPersistentSubscriptions();
    assert.deepEqual(groups.map(({ groupName }) => groupName), [group]);
  });
});

/** Parks two events, acknowledges ten, and leaves the others; gives the twelve. */
async function answerSome(consumer: TestConsumer): Promise<string[]> {
  const parked = await consumer.take(2);
  await consumer.nack("park", parked);
  const acknowledged = await consumer.take(10);
  await consumer.ack(acknowledged);
  await consumer.take(10);
  return typesOf([...parked, ...acknowledged]).map(String);
}

async function checkpointOf(client: EventStoreDBClient, revision: bigint): Promise<void> {
  await eventually(`checkpoint ${revision}`, async () => {
    const { stats } = await client.getPersistentSubscriptionToStreamInfo(stream, group);
    return stats.lastCheckpointedEventRevision === revision;
  });
}

async function parkedCount(client: EventStoreDBClient): Promise<bigint> {
  const { stats } = await client.getPersistentSubscriptionToStreamInfo(stream, group);
  return stats.parkedMessageCount;
}

/** Serves the file from another process. */
async function serveElsewhere(
  path: string,
): Promise<AsyncDisposable & { readonly port: number; kill(): Promise<void> }> {
  const script = fileURLToPath(new URL("../testing/serve_until_killed.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-read",
      "--allow-write",
      "--allow-env",
      "--allow-net",
      script,
      path,
    ],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await within("the port of the process", reader.read());
    if (done) throw new Error("Cannot serve elsewhere: the process ended");
    text += value;
  }
  let killed = false;
  async function kill(): Promise<void> {
    if (killed) return;
    killed = true;
    child.kill("SIGKILL");
    await reader.cancel();
    await within("the process to end", child.status);
  }
  return { port: Number(text), kill, [Symbol.asyncDispose]: kill };
}
