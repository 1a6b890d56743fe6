import assert from "node:assert/strict";
import { silentLog, Unavailable, type View } from "@headwater/core";
import { manualClock } from "@headwater/testing";
import { broadcast, type FramedRow } from "./broadcast.ts";

const view = { name: "doors" } as View;
const limit = 2;
const beatMs = 15_000;

/** A table, feeds of it, and time. */
function setUp({ most }: { most?: number } = {}) {
  const clock = manualClock();
  const rows: FramedRow[] = [];
  const asked: { topic: string | undefined; after: number }[] = [];
  const followers = new Set<
    Parameters<Parameters<typeof broadcast>[0]["readModels"]["follow"]>[1]
  >();
  let trouble: Error | undefined;
  let readModel: () => { position: number | undefined } = () => ({
    position: rows.at(-1)?.position,
  });

  function put(position: number, ...topics: string[]): void {
    const frame = new TextEncoder().encode(`${position} `);
    rows.push({ position, topics, frame, bytes: frame.byteLength });
  }
  async function commit(position: number, ...topics: string[]): Promise<void> {
    put(position, ...topics);
    for (const told of followers) told({ position, keys: undefined, isRewrite: false });
    await clock.advance(0);
  }
  const cast = broadcast({
    view,
    readModels: {
      wait: () => Promise.try(() => ({ ...readModel(), reached: true })),
      follow(_view, told) {
        followers.add(told);
        return () => followers.delete(told);
      },
    },
    async read({ topic, after }) {
      asked.push({ topic, after });
      await Promise.resolve();
      if (trouble) throw trouble;
      const found = rows.filter((row) =>
        row.position > after && (topic === undefined || row.topics.includes(topic))
      );
      return {
        after,
        rows: found.slice(0, limit),
        areMore: found.length >= limit,
        seen: rows.at(-1)?.position ?? -1,
      };
    },
    logger: silentLog,
    random: () => 0.5,
    clock,
    ...(most !== undefined && { most }),
  });
  /** What a client that reads all the time has been sent. */
  async function follow(topic: string, from = -1) {
    const body = await cast.open({ topic, from, signal: new AbortController().signal });
    const reader = body.getReader();
    const client = { text: "", isOver: false, hangUp: () => reader.cancel() };
    async function read(): Promise<void> {
      const decoder = new TextDecoder();
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        client.text += decoder.decode(next.value);
      }
      client.isOver = true;
    }
    read();
    await clock.advance(0);
    return client;
  }
  return {
    ...{ clock, put, commit, cast, follow, asked, followers },
    fail: (error: Error | undefined) => trouble = error,
    stand: (state: typeof readModel) => readModel = state,
  };
}

Deno.test("a client is told what is there, page by page, and then what comes", async () => {
  const { put, commit, follow } = setUp();
  for (const position of [1, 2, 3, 4, 5]) put(position, position === 2 ? "b" : "a");
  const a = await follow("a");
  await commit(6, "b");
  await commit(7, "a", "b");
  assert.equal(a.text, "retry: 1000\n\n1 3 4 5 7 ");
  const again = await follow("a", 4);
  assert.equal(again.text, "retry: 1000\n\n5 7 ");
  for (const client of [a, again]) await client.hangUp();
});

Deno.test("what comes is read once for all clients, and not at all when there are none", async () => {
  const { clock, commit, follow, asked, followers } = setUp();
  const clients = [];
  for (let count = 0; count < 50; count++) clients.push(await follow(`topic ${count % 2}`));
  asked.length = 0;
  await commit(1, "topic 1");
  assert.deepEqual(asked, [{ topic: undefined, after: -1 }]);
  assert.equal(clients.filter(({ text }) => text.endsWith("1 ")).length, 25);
  for (const client of clients) await client.hangUp();
  assert.deepEqual([followers.size, clock.pending()], [0, 0]);
  await commit(2, "topic 1");
  assert.equal(asked.length, 1);
});

Deno.test("clients are shown that the connection lives", async () => {
  const { clock, follow } = setUp();
  const client = await follow("a");
  await clock.advance(2 * beatMs);
  assert.equal(client.text, "retry: 1000\n\n:\n\n:\n\n");
  await client.hangUp();
  assert.equal(clock.pending(), 0);
});

Deno.test("while nothing can be read clients wait, and are told all of it afterwards", async () => {
  const { clock, put, commit, follow, fail } = setUp();
  for (const position of [1, 2, 3]) put(position, "a");
  const client = await follow("a");
  fail(new Error("PostgreSQL is away"));
  await commit(4, "a");
  await clock.advance(60_000);
  await commit(5, "a");
  assert.ok(client.text.startsWith("retry: 1000\n\n1 2 3 :") && !client.isOver, client.text);
  fail(undefined);
  await clock.advance(beatMs);
  assert.equal(client.text.replaceAll(":\n\n", ""), "retry: 1000\n\n1 2 3 4 5 ");
  await client.hangUp();
});

Deno.test("who cannot be told the first page is not told of at all", async () => {
  const { clock, cast, fail, followers } = setUp();
  fail(new Error("PostgreSQL is away"));
  const { signal } = new AbortController();
  await assert.rejects(cast.open({ topic: "a", from: -1, signal }), /PostgreSQL is away/);
  assert.deepEqual([followers.size, clock.pending()], [0, 0]);
});

Deno.test("who has gone before it is told the first page leaves nothing behind", async () => {
  const { clock, cast, followers } = setUp();
  const gone = new AbortController();
  const opening = cast.open({ topic: "a", from: -1, signal: gone.signal });
  gone.abort(new Error("it has hung up"));
  await assert.rejects(opening, /it has hung up/);
  assert.deepEqual([followers.size, clock.pending()], [0, 0]);
});

Deno.test("one more than may be told is refused, and taken when another has gone", async () => {
  const { follow } = setUp({ most: 2 });
  const clients = [await follow("a"), await follow("b")];
  await assert.rejects(
    follow("c"),
    (error) => error instanceof Unavailable && error.code === "feeds-full",
  );
  await clients[0]!.hangUp();
  clients.push(await follow("c"));
  for (const client of clients) await client.hangUp();
});

Deno.test("when the read model is of another log everybody is sent away, to be told so", async () => {
  const other = new Unavailable("It is of another log", { code: "read-model-outdated" });
  for (
    const state of [
      () => {
        throw other;
      },
      // Filled from another one by now
      () => ({ position: 3 }),
    ]
  ) {
    const { clock, commit, follow, stand, followers } = setUp();
    const client = await follow("a");
    await commit(7, "a");
    await clock.advance(2 * beatMs);
    assert.equal(client.isOver, false);
    stand(state);
    await clock.advance(2 * beatMs);
    assert.equal(client.isOver, true);
    assert.deepEqual([followers.size, clock.pending()], [0, 0]);
  }
});

Deno.test("a read model that is not known for a while sends nobody away", async () => {
  const { clock, follow, stand } = setUp();
  const client = await follow("a");
  stand(() => {
    throw new Unavailable("It is being rebuilt", { code: "read-model-rebuilding" });
  });
  await clock.advance(10 * beatMs);
  assert.equal(client.isOver, false);
  await client.hangUp();
});
