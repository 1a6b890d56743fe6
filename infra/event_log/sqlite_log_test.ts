import type { EventLog } from "@headwater/core";
import { closedWith, eventLogSuite } from "@headwater/testing";
import { openSqliteLog } from "./sqlite.ts";

async function openThrowAwayFile(): Promise<EventLog> {
  const folder = await Deno.makeTempDir({ prefix: "headwater-event-log-" });
  const log = openSqliteLog({ path: `${folder}/events.db` });
  return closedWith(log, () => Deno.remove(folder, { recursive: true }));
}

eventLogSuite("SQLite in memory", () => Promise.resolve(openSqliteLog({ path: ":memory:" })));
eventLogSuite("SQLite in a file", openThrowAwayFile);
