// Runs in a folder with the client that its first argument names, on Deno as on plain Node, against the server that the second one does; says what it saw as JSON.
import assert from "node:assert/strict";
import process from "node:process";

const [name = "", connectionString = ""] = process.argv.slice(2);
// By its name as a value: the workspace does without this package
const kurrent = await import(name);
const client = kurrent.KurrentDBClient.connectionString(connectionString);
const stream = "order-1";

const written = await client.appendToStream(stream, events(3), { streamState: kurrent.NO_STREAM });
await assert.rejects(
  client.appendToStream(stream, events(1), { streamState: kurrent.NO_STREAM }),
  kurrent.WrongExpectedVersionError,
);
const prefixes = [stream];
const filter = kurrent.streamNameFilter({ prefixes, checkpointInterval: 1 });
const read = await countOf(client.readStream(stream));
const filtered = await countOf(client.readAll({ filter }));
const links = await countOf(client.readStream("$ce-order", { resolveLinkTos: true }));
const heard = await countOf(client.subscribeToAll({ filter }), 3);

const settings = kurrent.persistentSubscriptionToStreamSettingsFromDefaults({
  startFrom: kurrent.START,
});
await client.createPersistentSubscriptionToStream(stream, "billing", settings);
const shared: number[] = [];
const group = client.subscribeToPersistentSubscriptionToStream(stream, "billing");
for await (const message of group) {
  shared.push(Number(message.event.revision));
  await group.ack(message);
  if (shared.length === 3) break;
}
await group.unsubscribe();

await client.setStreamMetadata(stream, { maxCount: 2 });
const { metadata } = await client.getStreamMetadata(stream);
const kept = await countOf(client.readStream(stream));
await client.deleteStream(stream);
await assert.rejects(countOf(client.readStream(stream)), kurrent.StreamNotFoundError);
await client.tombstoneStream(stream);
await assert.rejects(countOf(client.readStream(stream)), kurrent.StreamDeletedError);
await client.dispose();

const revision = Number(written.nextExpectedRevision);
const seen = { revision, read, filtered, links, heard, shared, metadata, kept };
process.stdout.write(`${JSON.stringify(seen)}\n`);

function events(count: number) {
  return Array.from(
    { length: count },
    (_, n) => kurrent.jsonEvent({ type: "Happened", data: { n } }),
  );
}

async function countOf(read: AsyncIterable<unknown>, enough = Infinity): Promise<number> {
  let count = 0;
  for await (const _ of read) if (++count === enough) break;
  return count;
}
