import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { silentLog } from "@headwater/core";
import { openSqliteStore } from "../log/sqlite_store.ts";
import { EventStore } from "../projected/event_store.ts";
import { grpcTestBed } from "../testing/grpc_test_bed.ts";
import { all, encoded, type Fields, nested } from "../testing/request_test_bed.ts";
import { startPersistentSubscriptions } from "./persistent_subscriptions_service.ts";

const path = "/event_store.client.persistent_subscriptions.PersistentSubscriptions";

Deno.test("a replay says where it stops, be it at 0 or nowhere", async () => {
  await using sqlite = openSqliteStore({ path: ":memory:" });
  const store = new EventStore(sqlite, { standardProjections: true });
  await using subscriptions = await startPersistentSubscriptions(store, { logger: silentLog });
  await using bed = await grpcTestBed({}, { services: subscriptions.rpcs });
  const codeOf = (...until: readonly Fields[]) => {
    const source: Fields = (writer) => {
      writer.string(1, "billing");
      writer.empty(3);
    };
    const request = encoded(nested(1, all(source, ...until)));
    return bed.unary(`${path}/ReplayParked`, Buffer.from(request)).catch(({ code }) => code);
  };
  const notFound = 5;
  assert.equal(await codeOf((writer) => writer.empty(5)), notFound);
  assert.equal(await codeOf((writer) => writer.int(4, 0)), notFound);
  assert.equal(await codeOf(), 3);
});
