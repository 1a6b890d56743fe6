import assert from "node:assert/strict";
import { openEventStoreDb } from "@headwater/eventstoredb";
import { startEventStore } from "@headwater/event-store";
import { silentLog, time } from "@headwater/core";
import { connect, startThrowAwayPostgres } from "@headwater/postgres";
import { shop } from "@shop/app";
import { allOf, newEvent } from "@headwater/testing";
import { startDemo } from "./demo_process.ts";

type Result = {
  readonly orders: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly invariants: readonly { readonly name: string; readonly holds: boolean }[];
  readonly durationMs: number;
};

Deno.test("the demo prints one JSON object, ends well and leaves nothing behind", async () => {
  await using demo = await startDemo(["--json"]);
  const { code, stdout, stderr } = await demo.ended();
  assert.equal(code, 0, stderr);
  const result: Result = JSON.parse(stdout);
  assert.deepEqual(Object.keys(result), ["orders", "byStatus", "invariants", "durationMs"]);
  assert.equal(result.orders, 40);
  const statuses = Object.keys(result.byStatus).toSorted();
  assert.deepEqual(statuses, ["cancelled", "confirmed", "delivered", "shipped"]);
  assert.equal(result.invariants.length, 7);
  assert.ok(result.invariants.every(({ holds }) => holds));
  assert.deepEqual(await demo.leftovers(), []);
});

Deno.test("the demo keeps to itself on servers that others use meanwhile, and leaves nothing else there", async () => {
  await using server = await startEventStore({ path: ":memory:", port: 0 });
  await using others = await openEventStoreDb(server);
  await using postgres = await startThrowAwayPostgres();
  const order = "order-order001";
  await others.append(order, [newEvent()], { expected: "no-stream" });
  let appended = 1;
  for (const args of [["--json"], ["--json", "--split"]]) {
    const env = { EVENTSTORE_URL: server.connectionString, DATABASE_URL: postgres.url };
    await using demo = await startDemo(args, { env });
    let most = 0;
    let isOver = false;
    const ending = demo.ended().finally(() => isOver = true);
    while (!isOver) {
      await others.append(order, [newEvent()], { expected: appended++ - 1 });
      if (appended % 16 === 0) most = Math.max(most, (await demoDatabases(postgres.url)).length);
      // As busy as a shop, not as a benchmark.
      await time.pause(10);
    }
    const { code, stderr } = await ending;
    assert.equal(code, 0, stderr);
    assert.equal(most, shop.services.length);
    assert.deepEqual(await demoDatabases(postgres.url), []);
    assert.deepEqual(await demo.leftovers(), []);
  }
  assert.equal((await allOf(others.readAll({ categories: ["order"] }))).length, appended);
  const prefixes = new Set(
    (await allOf(others.readAll())).map(({ stream }) => stream.replace(/(?<=^demo.*_).*/, "")),
  );
  // The other one brings an event store of its own: it is there to be killed
  assert.match([...prefixes].join(" "), /^order-order001 demo[0-9a-f]{8}_$/);
});

async function demoDatabases(url: string): Promise<readonly string[]> {
  const sql = connect({ url, name: "test", max: 1, logger: silentLog });
  const rows = await sql<{ name: string }[]>`
    select datname::text as name from pg_database where datname like 'demo%'`;
  await sql.end();
  return rows.map(({ name }) => name);
}

Deno.test("a demo that is interrupted leaves nothing behind", async () => {
  await using demo = await startDemo();
  await demo.printed("The shop is open");
  // As a terminal and "deno task" do, both
  demo.interrupt();
  demo.interrupt();
  const { code, stderr } = await demo.ended();
  assert.match(stderr, /Interrupted/);
  assert.equal(code, 130);
  assert.deepEqual(await demo.leftovers(), []);
});

Deno.test("a demo refuses arguments that it does not know", async () => {
  for (const args of [["--orders", "0"], ["--orders", "many"], ["--fast"], ["now"]]) {
    await using demo = await startDemo(args);
    const { code, stdout, stderr } = await demo.ended();
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /--orders/);
  }
});
