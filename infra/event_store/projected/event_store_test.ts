import assert from "node:assert/strict";
import { EventStoreDBClient } from "@eventstore/db-client";
import { openSqliteStore } from "../log/sqlite_store.ts";
import { EventStore } from "./event_store.ts";
import { newEvents, revisionsOf } from "../testing/event_store_test_bed.ts";
import { serveStore } from "../testing/serve_store.ts";

Deno.test({
  name: "while the disk is full, clients hear that it may pass, and then it has passed",
  // The client's library keeps timers beyond its end
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using sqlite = openSqliteStore({ path: ":memory:" });
    const store = new EventStore(sqlite, { standardProjections: true });
    await using server = await serveStore(store);
    const connectionString = `esdb://127.0.0.1:${server.port}?tls=false`;
    const client = EventStoreDBClient.connectionString(connectionString);
    try {
      await client.appendToStream("a-1", newEvents(3));
      // SQLite takes its own limit for a full disk; it cannot be less than what the file has already
      sqlite.database.exec("pragma max_page_count = 1");

      await assert.rejects(client.appendToStream("a-1", newEvents(500)), /Server Is Not Ready/);
      await assert.rejects(revisionsOf(client.readStream("$ce-a")), { type: "unavailable" });
      assert.deepEqual(await revisionsOf(client.readStream("a-1")), [0, 1, 2]);

      sqlite.database.exec("pragma max_page_count = 1000000");
      const { nextExpectedRevision } = await client.appendToStream("a-1", newEvents(500));
      assert.equal(nextExpectedRevision, 502n);
      assert.equal((await revisionsOf(client.readStream("$ce-a"))).length, 503);
    } finally {
      await client.dispose();
    }
  },
});
