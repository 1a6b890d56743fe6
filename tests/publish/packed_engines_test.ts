import assert from "node:assert/strict";
import { join } from "node:path";
import { startEventStore } from "@headwater/event-store";
import { startThrowAwayPostgres } from "@headwater/postgres";
import { type Elsewhere, openElsewhere, whyNotInstallable } from "./elsewhere.ts";
import { pack } from "./pack.ts";

const why = await whyNotInstallable();

/** What the sample's club shows of those who joined. */
const members = ["Ada", "Grace"].map((name) => ({
  memberId: name.toLowerCase(),
  name,
  isWelcome: true,
  revision: 1,
}));

Deno.test({
  name: why === undefined
    ? "the packed engines run outside of the workspace, on Deno and on plain Node"
    : `the packed engines outside of the workspace are left out: ${why}`,
  ignore: why !== undefined,
  // Every program that it runs has a limit of its own
  timeout: 600_000,
  async fn(test) {
    const packs = await Deno.makeTempDir({ prefix: "headwater-packs-" });
    try {
      await using elsewhere = await openElsewhere({
        tarballs: (await pack(packs)).values(),
        packages: ["@eventstore/db-client", "@kurrent/kurrentdb-client@1.3.1", "zod"],
        sources: [
          "drive_kurrent_client.ts",
          "drive_event_store.ts",
          "sample_club.ts",
          "sample_tour.ts",
          "sample_on_deno.ts",
          "sample_on_node.ts",
        ],
      });
      await test.step("Deno: an application with an aggregate, a view and a saga, with the types that were packed", async () => {
        const args = ["run", "--allow-all", "--check", "--quiet", "sample_on_deno.ts"];
        const { said, seen } = await elsewhere.drive(Deno.execPath(), args);
        assert.deepEqual(seen, members, said);
      });
      await test.step("Deno: KurrentDB's client, with the permissions it needs", async () => {
        const permissions = ["net", "read", "env", "ffi", "sys"].map((name) => `--allow-${name}`);
        await driveKurrentClient(elsewhere, Deno.execPath(), ["run", "--no-check", ...permissions]);
      });
      for (const [name, node] of elsewhere.nodes) {
        await test.step(`${name}: KurrentDB's client`, () => driveKurrentClient(elsewhere, node));
        await test.step(`${name}: an aggregate, a view and a saga`, async () => {
          await using postgres = await startThrowAwayPostgres();
          const { said, seen } = await elsewhere.drive(node, ["sample_on_node.ts", postgres.url]);
          assert.deepEqual(seen, members, said);
        });
        await test.step(
          `${name}: the event store in memory, durable, with groups, as a command`,
          () => driveEventStore(elsewhere, { name, node }),
        );
      }
    } finally {
      await Deno.remove(packs, { recursive: true });
    }
  },
});

async function driveKurrentClient(
  elsewhere: Elsewhere,
  program: string,
  args: readonly string[] = [],
): Promise<void> {
  await using server = await startEventStore({ path: ":memory:" });
  const { said, seen } = await elsewhere.drive(program, [
    ...args,
    "drive_kurrent_client.ts",
    "@kurrent/kurrentdb-client",
    server.connectionString,
  ]);
  assert.deepEqual(seen, {
    revision: 2,
    read: 3,
    filtered: 3,
    links: 3,
    heard: 3,
    shared: [0, 1, 2],
    metadata: { maxCount: 2 },
    kept: 2,
  }, said);
}

async function driveEventStore(
  elsewhere: Elsewhere,
  { name, node }: { readonly name: string; readonly node: string },
): Promise<void> {
  const data = join(elsewhere.folder, `data of ${name}`);
  const { said, seen } = await elsewhere.drive(node, ["drive_event_store.ts", data]);
  assert.deepEqual(seen, {
    inMemory: { read: 3, projected: 3 },
    durable: { read: 20_000 },
    sharedAmongConsumers: {
      before: [0, 1, 2, 3],
      after: [4, 5, 6, 7, 8, 9],
      acknowledged: true,
    },
    asCommand: {
      read: 20,
      refused: { code: 1, text: seen.asCommand.refused.text },
      supervised: 0,
      terminated: 0,
    },
    asLog: { read: 1 },
  }, said);
  assert.match(
    seen.asCommand.refused.text,
    /^Cannot use data directory ".*command": process \d+ uses it, at esdb:\/\/127\.0\.0\.1:\d+\?tls=false$/,
  );
}
