import assert from "node:assert/strict";
import { openEventStoreDb } from "@headwater/eventstoredb";
import { startEventStore } from "@headwater/event-store";
import { silentLog, time } from "@headwater/core";
import { connect, startThrowAwayPostgres } from "@headwater/postgres";
import { shop } from "@shop/app";
import { allOf, newEvent, within } from "@headwater/testing";
import { root } from "../architecture/place.ts";

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
    await using demo = await startDemo(args, {
      EVENTSTORE_URL: server.connectionString,
      DATABASE_URL: postgres.url,
    });
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

/** `deno task demo`, with a folder of its own for what it leaves behind. */
async function startDemo(
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
) {
  const temporary = await Deno.makeTempDir({ prefix: "headwater-demo-test-" });
  // PostgreSQL runs as another user where we are root
  await Deno.chmod(temporary, 0o711);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "demo", ...args],
    cwd: root,
    env: { EVENTSTORE_URL: "", DATABASE_URL: "", ...env, TMPDIR: temporary },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let stdout = "";
  let stderr = "";
  const waiting: (() => void)[] = [];
  const reading = Promise.all([
    read(child.stdout, (text) => {
      stdout += text;
      for (const look of waiting) look();
    }),
    read(child.stderr, (text) => stderr += text),
  ]);

  let isOver = false;
  const ending = Promise.all([child.status, reading]).finally(() => isOver = true);
  /** A whole demo, where four others use the machine. */
  const longest = { ms: 240_000 };
  const over = () => within(() => `the demo to end: ${stdout}${stderr}`, ending, longest);

  return {
    async ended() {
      const [{ code }] = await over();
      return { code, stdout, stderr };
    },
    async printed(text: string): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push(() => stdout.includes(text) && resolve());
      if (stdout.includes(text)) resolve();
      const gone = reading.then(() => assert.fail(`It ended without "${text}": ${stderr}`));
      await within(`the demo to say "${text}"`, Promise.race([promise, gone]), longest);
      // It is no failure when it ends after that
      gone.catch(() => {});
    },
    interrupt: () => child.kill("SIGINT"),
    async leftovers() {
      const files = await Array.fromAsync(Deno.readDir(temporary), ({ name }) => name);
      const { stdout } = await new Deno.Command("ps", { args: ["-eo", "args"] }).output();
      const processes = new TextDecoder().decode(stdout).split("\n")
        .filter((line) => line.includes(temporary));
      return [...files, ...processes];
    },
    async [Symbol.asyncDispose]() {
      if (!isOver) child.kill("SIGTERM");
      await over();
      await Deno.remove(temporary, { recursive: true });
    },
  };
}

async function read(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (text: string) => void,
): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) take(text);
}
