import type { EventLog } from "@headwater/core";
import { closedWith, eventLogSuite } from "@headwater/testing";
import { openEventLog } from "./open_event_log.ts";

async function openThrowAwayFile(): Promise<EventLog> {
  const folder = await Deno.makeTempDir({ prefix: "headwater-event-log-" });
  const log = openEventLog({ path: `${folder}/events.db` });
  return closedWith(log, () => Deno.remove(folder, { recursive: true }));
}

eventLogSuite("SQLite in memory", () => Promise.resolve(openEventLog({ path: ":memory:" })), Deno);
eventLogSuite("SQLite in a file", openThrowAwayFile, Deno);
