import assert from "node:assert/strict";
import { silentLog } from "@headwater/core";
import { openSqliteStore } from "../log/sqlite_store.ts";
import { EventStore } from "./event_store.ts";
import { recallProjections, startProjection, stopProjection } from "./remembered_projections.ts";

Deno.test("a projection that is stopped while it is being started is remembered as it is then", async () => {
  await using sqlite = openSqliteStore({ path: ":memory:" });
  const store = new EventStore(sqlite, { standardProjections: false });
  await store.prepare();
  const name = "$streams";
  const starting = startProjection(store, name);
  await stopProjection(store, { name, status: "Aborted", upTo: store.head });
  await starting;
  assert.equal(store.projections.stateOf(name)?.status, "Aborted");

  const restarted = new EventStore(sqlite, { standardProjections: false });
  await recallProjections(restarted, silentLog);
  assert.deepEqual(restarted.projections.stateOf(name), store.projections.stateOf(name));
});
