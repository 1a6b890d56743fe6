import assert from "node:assert/strict";
import { Unavailable } from "@headwater/core";
import { appendAtEnd } from "@headwater/testing";
import { dirname } from "node:path";
import { announceHolder } from "./data_holder.ts";
import { openEventLog } from "./open_event_log.ts";
import { openDatabase } from "./sqlite_database.ts";
import { SqliteLog } from "./sqlite_log.ts";
import { SqliteStore } from "./sqlite_store.ts";
import { newEvents } from "../testing/new_events_test_bed.ts";
import { appendElsewhere, readEverything, slowDisk, withFile } from "../testing/sqlite_test_bed.ts";

Deno.test("a log is found again as it was left, and known events are still known", () =>
  withFile(async (path) => {
    const events = newEvents(3);
    const original = await (async () => {
      await using log = openEventLog({ path });
      await log.append("order-1", newEvents(1), { expected: "no-stream" });
      return await log.append("order-1", events, { expected: 0 });
    })();
    await using log = openEventLog({ path });
    assert.equal(await log.head(), 4);
    assert.deepEqual(await log.append("order-1", events, { expected: 0 }), original);
    const next = await log.append("order-2", newEvents(1), { expected: "no-stream" });
    assert.equal(next.position, 5);
  }));

Deno.test("events carry the time at which the log took them", async () => {
  await using log = openEventLog({
    path: ":memory:",
    now: () => new Date("2024-05-06T07:08:09Z"),
  });
  await log.append("order-1", newEvents(1), { expected: "no-stream" });
  assert.equal((await readEverything(log))[0]!.recordedAt, "2024-05-06T07:08:09.000Z");
});

Deno.test("a log that this process has open cannot be opened again", () =>
  withFile(async (path) => {
    await using log = openEventLog({ path });
    assert.throws(() => openEventLog({ path }), (error) => {
      assert.ok(error instanceof Unavailable);
      assert.match(error.message, /^Cannot open event log ".*events\.db": it is open already/);
      return true;
    });
    await log.append("order-1", newEvents(1), { expected: "no-stream" });
  }));

Deno.test("who else has a log that is open is said, once it has told so", () =>
  withFile(async (path) => {
    await using _log = openEventLog({ path });
    using _holder = announceHolder(dirname(path), "esdb://127.0.0.1:2113?tls=false");
    assert.throws(() => openEventLog({ path }), {
      message:
        `Cannot open event log "${path}": process ${Deno.pid} uses it, at esdb://127.0.0.1:2113?tls=false`,
    });
  }));

Deno.test("what a holder told that was killed does not count for the next one", () =>
  withFile(async (path) => {
    announceHolder(dirname(path), "esdb://127.0.0.1:2113?tls=false");
    await using _log = openEventLog({ path });
    assert.throws(() => openEventLog({ path }), /: it is open already, in another process/);
  }));

Deno.test({
  name: "a log and the folder that was made for it are for their owner alone",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withFile(async (beside) => {
      const path = `${dirname(beside)}/data/events/log.db`;
      await using log = openEventLog({ path });
      await log.append("order-1", newEvents(1), { expected: "no-stream" });
      assert.deepEqual(modesOf(dirname(path), path, `${path}-wal`), ["700", "600", "600"]);
    }),
});

Deno.test({
  name: "a log that others could read is taken from them, the folder that it was put into is left",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withFile(async (path) => {
      Deno.chmodSync(dirname(path), 0o755);
      await openEventLog({ path })[Symbol.asyncDispose]();
      Deno.chmodSync(path, 0o644);
      await using log = openEventLog({ path });
      await log.append("order-1", newEvents(1), { expected: "no-stream" });
      assert.deepEqual(modesOf(dirname(path), path, `${path}-wal`), ["755", "600", "600"]);
    }),
});

function modesOf(...paths: readonly string[]): (string | undefined)[] {
  return paths.map((path) => (Deno.statSync(path).mode! & 0o777).toString(8));
}

for (const disk of ["", "slow"] as const) {
  const where = disk ? "on a slow disk" : "there";
  Deno.test(`what another process got acknowledged before it was killed is all ${where}, and so is its lock's end`, () =>
    withFile(async (path) => {
      const elsewhere = await appendElsewhere(path, { enough: 300, disk });
      assert.throws(() => openEventLog({ path }), Unavailable);
      const [, ...acknowledged] = await elsewhere.kill();

      await using log = openEventLog({ path });
      const events = await readEverything(log);
      const ids = new Set(events.map(({ id }) => id));
      assert.ok(acknowledged.length >= 299);
      assert.deepEqual(acknowledged.filter((id) => !ids.has(id)), []);
      assert.equal(events.length % 2, 0, "an append was written by half");
      for (const stream of ["order-0", "order-1", "order-2"]) {
        const revisions = events.filter((event) => event.stream === stream)
          .map(({ revision }) => revision);
        assert.deepEqual(revisions, [...revisions.keys()]);
      }
    }));
}

Deno.test("a full disk refuses appends, keeps what was there, and takes appends again once there is room", async () => {
  const database = openDatabase(":memory:");
  await using log = new SqliteLog(new SqliteStore(database, { now: () => new Date() }));
  await log.append("order-1", newEvents(10), { expected: "no-stream" });
  const before = await readEverything(log);
  database.exec("pragma max_page_count = 20");

  const large = newEvents(1, "x".repeat(200_000));
  await assert.rejects(log.append("order-2", large, { expected: "no-stream" }), (error) => {
    assert.ok(error instanceof Unavailable);
    assert.equal(error.message, 'Cannot append to stream "order-2": the disk is full');
    return true;
  });
  assert.deepEqual(await readEverything(log), before);
  assert.equal(await log.head(), 10);

  database.exec("pragma max_page_count = 100000");
  const appended = await log.append("order-2", large, { expected: "no-stream" });
  assert.deepEqual(appended, { revision: 0, position: 11 });
});

Deno.test("a full disk in a file refuses appends and loses nothing that was acknowledged", () =>
  withFile(async (path) => {
    const database = openDatabase(path);
    database.exec("pragma max_page_count = 40");
    let acknowledged = 0;
    {
      await using log = new SqliteLog(new SqliteStore(database, { now: () => new Date() }));
      await assert.rejects(async () => {
        for (;; acknowledged++) {
          await appendAtEnd(log, "order-1", newEvents(1, "x".repeat(2_000)));
        }
      }, Unavailable);
    }
    await using log = openEventLog({ path });
    assert.ok(acknowledged > 0);
    assert.equal((await readEverything(log)).length, acknowledged);
    await log.append("order-1", newEvents(1), { expected: acknowledged - 1 });
  }));

Deno.test("a folder that cannot be written is named", () =>
  withFile(async (path) => {
    await Deno.writeTextFile(path, "a file, not a folder");
    assert.throws(
      () => openEventLog({ path: `${path}/below/events.db` }),
      /^Error: Cannot open event log ".*below\/events\.db": its folder cannot be created/,
    );
    assert.throws(
      () => openEventLog({ path: path.replace("/events.db", "") }),
      /^Error: Cannot open event log ".*": the file cannot be created or opened for writing/,
    );
  }));

Deno.test("the WAL is emptied while appends go on", () =>
  withFile(async (path) => {
    const events = 24;
    {
      await using log = openEventLog({ path });
      for (let number = 0; number < events; number++) {
        await appendAtEnd(log, "order-1", newEvents(1, "x".repeat(800_000)));
      }
      assert.ok((await Deno.stat(`${path}-wal`)).size < 16_000_000);
      assert.ok((await Deno.stat(path)).size > 16_000_000);
      assert.equal((await readEverything(log)).length, events);
    }
    await using log = openEventLog({ path });
    assert.equal((await readEverything(log)).length, events);
  }));

for (const disk of [undefined, slowDisk()]) {
  const where = disk ? "on a slow disk too" : "whose WAL was emptied";
  Deno.test(`a log ${where} is nobody else's as long as it is open`, () =>
    withFile(async (path) => {
      await using log = openEventLog({ path, ...(disk && { disk }) });
      for (let number = 0; number < 12; number++) {
        await appendAtEnd(log, "order-1", newEvents(1, "x".repeat(800_000)));
      }
      assert.ok((await Deno.stat(path)).size > 8_000_000, "its WAL was not emptied");
      await assert.rejects(appendElsewhere(path, { enough: 1 }), /it is open already/);
    }));
}

Deno.test("timers get their turn while the log is read", async () => {
  await using log = openEventLog({ path: ":memory:" });
  for (let number = 0; number < 20; number++) {
    await log.append(`order-${number}`, newEvents(1_000), { expected: "no-stream" });
  }
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  for (let round = 0; round < 3; round++) await readEverything(log);
  clearInterval(timer);
  assert.ok(ticks >= 3, `${ticks} ticks`);
});
