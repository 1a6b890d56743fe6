import { openEventStoreDb } from "@headwater/infra/event_log/eventstoredb";
import { startEventStoreServer } from "@headwater/infra/event_log/server/event_store_server";
import { openSqliteLog } from "@headwater/infra/event_log/sqlite";
import type { EventLog } from "@headwater/shared/ports/event_log";
import { eventLogSuite } from "./event_log_suite.ts";

async function openThrowAwayFile(): Promise<EventLog> {
  const folder = await Deno.makeTempDir({ prefix: "headwater-event-log-" });
  const log = openSqliteLog({ path: `${folder}/events.db` });
  return closedWith(log, () => Deno.remove(folder, { recursive: true }));
}

async function openOnEmbeddedServer(): Promise<EventLog> {
  const server = await startEventStoreServer({ path: ":memory:", port: 0 });
  const log = openEventStoreDb({ connectionString: server.connectionString });
  return closedWith(log, () => server[Symbol.asyncDispose]());
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

const connectionString = Deno.env.get("EVENTSTORE_URL");
if (connectionString) {
  eventLogSuite(
    "EventStoreDB's client on the server at EVENTSTORE_URL",
    () => Promise.resolve(openEventStoreDb({ connectionString })),
  );
}
