import { openEventStoreDb } from "@headwater/eventstoredb";
import { createTestAuthority, type TestAuthority } from "@headwater/eventstoredb/testing";
import { startTlsProxy } from "@headwater/eventstoredb/testing";
import { startEventStoreServer } from "@headwater/event-log/server/event_store_server";
import { openSqliteLog } from "@headwater/event-log/sqlite";
import type { EventLog } from "@headwater/core";
import { eventLogSuite } from "@headwater/testing";

async function openThrowAwayFile(): Promise<EventLog> {
  const folder = await Deno.makeTempDir({ prefix: "headwater-event-log-" });
  const log = openSqliteLog({ path: `${folder}/events.db` });
  return closedWith(log, () => Deno.remove(folder, { recursive: true }));
}

async function openOnEmbeddedServer(): Promise<EventLog> {
  const server = await startEventStoreServer({ path: ":memory:", port: 0 });
  const log = await openEventStoreDb({ connectionString: server.connectionString });
  return closedWith(log, () => server[Symbol.asyncDispose]());
}

let authority: Promise<TestAuthority> | undefined;

async function openOverTls(): Promise<EventLog> {
  const { certificate, certify } = await (authority ??= createTestAuthority());
  const file = await Deno.makeTempFile({ prefix: "headwater-event-log-", suffix: ".pem" });
  await Deno.writeTextFile(file, certificate);
  const server = await startEventStoreServer({ path: ":memory:", port: 0 });
  const { port } = server;
  const proxy = await startTlsProxy({ port, ...await certify("localhost") });
  const log = await openEventStoreDb({
    connectionString: `esdb://admin:changeit@localhost:${proxy.port}?tls=true&tlsCAFile=${file}`,
  });
  return closedWith(log, async () => {
    await proxy[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await Deno.remove(file);
  });
}

/** Closing the log ends what it was opened on as well. */
function closedWith(log: EventLog, end: () => PromiseLike<void>): EventLog {
  const close = log[Symbol.asyncDispose].bind(log);
  let closing: Promise<void> | undefined;
  log[Symbol.asyncDispose] = () => closing ??= closeAndEnd();
  async function closeAndEnd(): Promise<void> {
    await close();
    await end();
  }
  return log;
}

eventLogSuite("SQLite in memory", () => Promise.resolve(openSqliteLog({ path: ":memory:" })));
eventLogSuite("SQLite in a file", openThrowAwayFile);
eventLogSuite("EventStoreDB's client on the embedded server", openOnEmbeddedServer);

eventLogSuite("EventStoreDB's client over TLS", openOverTls);

const connectionString = Deno.env.get("EVENTSTORE_URL");
if (connectionString) {
  eventLogSuite(
    "EventStoreDB's client on the server at EVENTSTORE_URL",
    () => openEventStoreDb({ connectionString }),
  );
}
