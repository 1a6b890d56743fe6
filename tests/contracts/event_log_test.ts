import { openSqliteLog } from "@headwater/infra/event_log/sqlite";
import type { EventLog } from "@headwater/shared/ports/event_log";
import { eventLogSuite } from "./event_log_suite.ts";

async function openThrowAwayFile(): Promise<EventLog> {
  const folder = await Deno.makeTempDir({ prefix: "headwater-event-log-" });
  const log = openSqliteLog({ path: `${folder}/events.db` });
  const close = log[Symbol.asyncDispose].bind(log);
  let closing: Promise<void> | undefined;
  log[Symbol.asyncDispose] = () => closing ??= closeAndRemove();
  async function closeAndRemove(): Promise<void> {
    await close();
    await Deno.remove(folder, { recursive: true });
  }
  return log;
}

eventLogSuite("SQLite in memory", () => Promise.resolve(openSqliteLog({ path: ":memory:" })));
eventLogSuite("SQLite in a file", openThrowAwayFile);
