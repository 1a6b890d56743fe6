import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openEventLog } from "./open_event_log.ts";
import { SqliteReader } from "./sqlite_reader.ts";
import { newEvents } from "../testing/new_events_test_bed.ts";
import { readEverything, withFile } from "../testing/sqlite_test_bed.ts";

const pageSize = 4096;

async function fill(path: string): Promise<void> {
  await using log = openEventLog({ path });
  for (let number = 0; number < 20; number++) {
    await log.append(`order-${number}`, newEvents(50, "x".repeat(300)), { expected: "no-stream" });
  }
}

async function overwrite(path: string, page: number): Promise<void> {
  using file = await Deno.open(path, { write: true });
  await file.seek(page * pageSize, Deno.SeekMode.Start);
  await file.write(new Uint8Array(20 * pageSize).fill(7));
}

type Damage = { readonly says: RegExp; readonly damage: (path: string) => Promise<void> };

const damages: Readonly<Record<string, Damage>> = {
  "is something else altogether": {
    says: /the file is damaged or not an event log$/,
    damage: (path) => Deno.writeTextFile(path, "Dear diary, ".repeat(2_000)),
  },
  "lost its second half": {
    says: /the file is damaged/,
    damage: async (path) => {
      const { size } = await Deno.stat(path);
      await Deno.truncate(path, Math.floor(size / 2 / pageSize) * pageSize);
    },
  },
  "lost its last bytes": {
    says: /the file is damaged, it has \d+ bytes instead of \d+$/,
    damage: async (path) => Deno.truncate(path, (await Deno.stat(path)).size - 1_000),
  },
  "was cut to nothing": { says: /the file is empty/, damage: (path) => Deno.truncate(path, 0) },
  "has rubbish in its middle": {
    says: /the file is damaged/,
    damage: (path) => overwrite(path, 30),
  },
  "is another program's database": {
    says: /the file is another program's database$/,
    damage: async (path) => {
      await Deno.remove(path);
      using database = new DatabaseSync(path);
      database.exec("create table customers (name text)");
    },
  },
  "was written by a newer release": {
    says: /it has format 99, this release knows 1; use the release that wrote it$/,
    damage: async (path) => {
      await Promise.resolve();
      using database = new DatabaseSync(path);
      database.exec("pragma user_version = 99");
    },
  },
};

for (const [sentence, { says, damage }] of Object.entries(damages)) {
  Deno.test(`a file that ${sentence} is refused and left as it is`, () =>
    withFile(async (path) => {
      await fill(path);
      await damage(path);
      const before = await Deno.readFile(path);
      for (let time = 0; time < 2; time++) {
        assert.throws(() => openEventLog({ path }), (error: Error) => {
          assert.ok(error.message.startsWith(`Cannot open event log "${path}": `), error.message);
          assert.match(error.message, says);
          return true;
        });
      }
      assert.deepEqual(await Deno.readFile(path), before);
    }));
}

Deno.test("damage that is only met in reading is an error, not the end of the log", () =>
  withFile(async (path) => {
    await fill(path);
    await overwrite(path, 30);
    using database = new DatabaseSync(path);
    const reader = new SqliteReader(database);
    assert.throws(() => {
      for (let after = 0, last = false; !last;) {
        const page = reader.all({ after, until: 1_000, limit: Infinity, categories: undefined });
        last = page.last;
        after = page.events.at(-1)?.position ?? after;
      }
    }, /malformed/);
  }));

Deno.test("a log whose newest events are still in the WAL is opened with all of them", () =>
  withFile(async (path) => {
    const log = openEventLog({ path });
    await log.append("order-1", newEvents(100), { expected: "no-stream" });
    // As a crash leaves it: the WAL holds everything.
    const copy = `${path}.copy`;
    const names = ["", "-wal"];
    const contents = await Promise.all(names.map((name) => Deno.readFile(path + name)));
    await log[Symbol.asyncDispose]();
    for (const [index, name] of names.entries()) {
      await Deno.writeFile(copy + name, contents[index]!);
    }
    await using copied = openEventLog({ path: copy });
    assert.equal((await readEverything(copied)).length, 100);
  }));
