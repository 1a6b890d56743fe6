import assert from "node:assert/strict";
import { EventStore, newEvents, openSqliteStore, serveStore } from "@headwater/event-store/testing";
import { openEventStoreDb } from "@headwater/eventstoredb";
import { Unavailable } from "@headwater/core";

Deno.test({
  name: "the log on an event store whose disk is full is unavailable, and then it has passed",
  // The client's library keeps timers beyond its end
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using sqlite = openSqliteStore({ path: ":memory:" });
    const store = new EventStore(sqlite, { standardProjections: true });
    await using server = await serveStore(store);
    await using log = await openEventStoreDb({
      connectionString: `esdb://127.0.0.1:${server.port}?tls=false`,
    });
    const append = () => log.append("a-1", newEvents(500), { expected: "no-stream" });

    // SQLite takes its own limit for a full disk; it cannot be less than what the file has already
    sqlite.database.exec("pragma max_page_count = 1");
    await assert.rejects(append(), Unavailable);

    sqlite.database.exec("pragma max_page_count = 1000000");
    assert.equal((await append()).revision, 499);
  },
});
