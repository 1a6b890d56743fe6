import type { Log } from "@headwater/core";
import { eventually, sharedStoreSuite, within } from "@headwater/testing";
import assert from "node:assert/strict";
import { openRedisStore, type RedisStore } from "./mod.ts";
import { isRedisInstalled, startRedis } from "./testing/mod.ts";

const minute = { ttlMs: 60_000 };

Deno.test({
  name: isRedisInstalled
    ? "tests of Redis have one: it is installed"
    : "tests of Redis are left out: redis-server is not installed",
  ignore: !isRedisInstalled,
  fn() {},
});

const redis = {
  test: (name: string, fn: () => Promise<void>) =>
    Deno.test({ name, ignore: !isRedisInstalled, fn }),
};

sharedStoreSuite("Redis", openOwn, redis);
sharedStoreSuite("Redis that is not there", () => open("redis://127.0.0.1:1"), Deno);

/** On a server of its own, which ends with it. */
async function openOwn(): Promise<RedisStore> {
  const server = await startRedis();
  const store = await open(server.url);
  return {
    ...store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Patient by default: a busy machine is none of Redis. */
function open(
  url: string,
  options: { prefix?: string; logger?: Log; commandMs?: number } = {},
): Promise<RedisStore> {
  const usual = { prefix: "shop:", longestPauseMs: 30, commandMs: 20_000 };
  return openRedisStore({ url, ...usual, ...options });
}

async function warningOf({ check }: RedisStore): Promise<string | undefined> {
  return (await check.check(AbortSignal.timeout(1_000)))?.warning;
}

async function isBack(store: RedisStore): Promise<boolean> {
  return await warningOf(store) === undefined;
}

redis.test("two processes see what the other put, applications do not", async () => {
  await using server = await startRedis();
  await using one = await open(server.url);
  await using other = await open(server.url);
  await using stranger = await open(server.url, { prefix: "club:" });
  await one.set("a", "one", minute);
  assert.equal(await other.get("a"), "one");
  assert.equal(await stranger.get("a"), undefined);
  assert.equal((await one.count("a", { windowMs: 60_000 })).count, 1);
  assert.equal((await other.count("a", { windowMs: 60_000 })).count, 2);
  assert.equal((await stranger.count("a", { windowMs: 60_000 })).count, 1);
  for (const store of [one, other, stranger]) assert.equal(await warningOf(store), undefined);
});

redis.test("Redis dies and returns: no call fails, health warns and recovers", async () => {
  await using server = await startRedis();
  const said: string[] = [];
  const say = (message: string) => void said.push(message);
  await using store = await open(server.url, {
    logger: { debug() {}, info: say, warn: say, error: say },
  });
  await store.set("a", "before", minute);
  let isOver = false;
  const callers = Array.from({ length: 8 }, async () => {
    let calls = 0;
    for (; !isOver; calls++) {
      await store.get("a");
      await store.count("client", { windowMs: 60_000 });
      await store.set("b", "x", minute);
      await store.delete("b");
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return calls;
  });
  await server.stop();
  await eventually("the warning", async () => await warningOf(store));
  assert.match(await warningOf(store) ?? "", /^Away since .*Z, this process goes on by its own/);
  await store.set("c", "of this process", minute);
  assert.equal(await store.get("c"), "of this process");
  await server.start();
  await eventually("its return", () => isBack(store));
  isOver = true;
  for (const calls of await Promise.all(callers)) assert.ok(calls > 0);
  await store.set("a", "after", minute);
  await using other = await open(server.url);
  assert.equal(await other.get("a"), "after");
  assert.deepEqual(said, ["Redis is away: going on by memory", "Redis is back"]);
});

redis.test("one that does not answer costs a moment once, and is used again when it does", async () => {
  await using server = await startRedis();
  await using store = await open(server.url, { commandMs: 1_000 });
  await store.set("a", "there", minute);
  server.pause();
  try {
    await within(
      "all who ask meanwhile",
      Promise.all(Array.from({ length: 50 }, () => store.get("a"))),
    );
    assert.notEqual(await warningOf(store), undefined);
    assert.equal((await store.count("client", { windowMs: 60_000 })).count, 1);
  } finally {
    server.resume();
  }
  await eventually("its return", () => isBack(store));
  assert.equal(await store.get("a"), "there");
});

redis.test("what was changed while it was away does not come back as it was", async () => {
  await using server = await startRedis("--appendonly", "yes", "--appendfsync", "always");
  await using store = await open(server.url);
  for (const key of ["deleted", "changed", "kept"]) await store.set(key, "before", minute);
  await server.stop();
  await eventually("the warning", async () => await warningOf(store));
  await store.delete("deleted");
  await store.set("changed", "meanwhile", minute);
  assert.equal(await store.get("changed"), "meanwhile");
  await server.start();
  await eventually("its return", () => isBack(store));
  assert.equal(await store.get("deleted"), undefined);
  assert.equal(await store.get("changed"), undefined);
  assert.equal(await store.get("kept"), "before");
});

redis.test("one that takes nothing more is as good as away", async () => {
  await using server = await startRedis("--maxmemory-policy", "noeviction");
  await using store = await open(server.url);
  await server.say("CONFIG SET maxmemory 1");
  assert.equal(await store.set("a", "value", minute), true);
  assert.equal(await store.get("a"), "value");
  assert.match(await warningOf(store) ?? "", /OOM/);
  await server.say("CONFIG SET maxmemory 0");
  await eventually("its return", () => isBack(store));
});

redis.test("a wrong password is told in health, without it, and stops nobody", async () => {
  await using server = await startRedis("--requirepass", "secret");
  await using right = await open(server.url.replace("//", "//:secret@"));
  assert.equal(await warningOf(right), undefined);
  const said: string[] = [];
  await using store = await open(server.url.replace("//", "//:hunter2@"), {
    logger: {
      ...{ debug() {}, info() {}, error() {} },
      warn: (message, fields) => said.push(message, JSON.stringify(fields)),
    },
  });
  await store.set("a", "value", minute);
  assert.equal(await store.get("a"), "value");
  assert.match(await warningOf(store) ?? "", /WRONGPASS/);
  assert.match(said.join(), /127\.0\.0\.1/);
  assert.doesNotMatch(said.join() + await warningOf(store), /hunter2/);
});
