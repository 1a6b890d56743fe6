import {
  column,
  defineEvents,
  type EventLog,
  eventLog,
  type ReadModels,
  Unavailable,
  type View,
  view,
} from "@headwater/core";
import { within } from "@headwater/testing";
import assert from "node:assert/strict";
import { exampleService } from "./testing/example_service.ts";
import { viewChanges } from "./view_changes.ts";

type Told = Parameters<Parameters<ReadModels["follow"]>[1]>[0];

function viewNamed(name: string): View {
  return view({
    name,
    version: 1,
    table: name,
    reads: [defineEvents("order", {})],
    columns: { id: column.text() },
    primaryKey: "id",
    key: () => undefined,
    evolve: () => undefined,
  });
}

/** A service with views "orders" at 5, "sales" at nothing yet, and "tracking", which cannot be read. */
function setUp(more: { readonly log?: EventLog } = {}) {
  const followers = new Map<string, Set<(told: Told) => void>>();
  const leaving = new AbortController();
  let isInDoubt = false;
  const readModels: ReadModels = {
    wait: ({ name }, { position: least }) =>
      name === "tracking" ? Promise.reject(new Unavailable("being rebuilt")) : Promise.resolve({
        position: name === "orders" ? 5 : undefined,
        reached: least === undefined || name === "orders" && !isInDoubt,
      }),
    isParked: () => Promise.resolve(false),
    follow({ name }, told) {
      const all = followers.get(name) ?? new Set();
      followers.set(name, all.add(told));
      return () => all.delete(told);
    },
  };
  const views = ["orders", "sales", "tracking"].map(viewNamed);
  const { service, log, logged } = exampleService((app) => app.route("/", viewChanges(views)), {
    ...more,
    readModels,
    leaving: leaving.signal,
  });
  async function read(names: string) {
    const request = new Request(`http://example/views/changes?views=${names}`);
    const { body } = await service(request);
    const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
    return {
      async next() {
        const { value = "" } = await within("what is told next", reader.read());
        return value.split("\n\n").filter((line) => line !== "")
          .map((line) => line === ":" ? "beat" : JSON.parse(line.replace(/^data: /, "")));
      },
      cancel: () => reader.cancel(),
    };
  }
  return {
    service,
    log,
    logged,
    read,
    leave: () => leaving.abort(),
    doubt: () => void (isInDoubt = true),
    followers: () => [...followers.values()].reduce((sum, { size }) => sum + size, 0),
    tell: (name: string, told: Told) => followers.get(name)?.forEach((tell) => tell(told)),
  };
}

Deno.test("first it says of which log it tells and how far all are that can be read, then what changes", async () => {
  const { log, read, tell, followers } = setUp();
  const stream = await read("orders,sales,tracking");
  assert.deepEqual(await stream.next(), [
    { log: await log.identity() },
    { view: "orders", position: 5, isRewrite: true },
    { view: "sales", isRewrite: true },
  ]);
  tell("tracking", { position: 7, keys: undefined, isRewrite: true });
  assert.deepEqual(await stream.next(), [{ view: "tracking", position: 7, isRewrite: true }]);
  const next = stream.next();
  tell("orders", { position: 8, keys: ["a"], isRewrite: false });
  assert.deepEqual(await next, [{ view: "orders", position: 8, keys: ["a"], isRewrite: false }]);
  assert.deepEqual(await stream.next(), ["beat"]);
  await stream.cancel();
  assert.equal(followers(), 0);
});

Deno.test("only what is asked for is told, and what a slow reader missed comes as one", async () => {
  const { read, tell } = setUp();
  const stream = await read("orders");
  await stream.next();
  tell("sales", { position: 8, keys: ["a"], isRewrite: false });
  tell("orders", { position: 8, keys: ["a", "b"], isRewrite: true });
  tell("orders", { position: 9, keys: ["b", "c"], isRewrite: false });
  assert.deepEqual(await stream.next(), [
    { view: "orders", position: 9, keys: ["a", "b", "c"], isRewrite: true },
  ]);
  for (let key = 0; key < 1_000; key++) {
    tell("orders", { position: 10 + key, keys: [String(key)], isRewrite: false });
  }
  assert.deepEqual(await stream.next(), [{ view: "orders", position: 1_009, isRewrite: false }]);
  await stream.cancel();
});

Deno.test("it ends when the process leaves, and nobody is told of anything any more", async () => {
  const { read, leave, followers, service } = setUp();
  const stream = await read("orders");
  await stream.next();
  const next = stream.next();
  leave();
  assert.deepEqual(await next, []);
  assert.equal(followers(), 0);
  const late = await service(new Request("http://example/views/changes?views=orders"));
  assert.equal(await late.text(), "");
  assert.equal(followers(), 0);
});

Deno.test("it ends where what it knows is in doubt: its beat says that all is told", async () => {
  const { read, doubt, followers } = setUp();
  const stream = await read("orders,sales,tracking");
  await stream.next();
  assert.deepEqual(await stream.next(), ["beat"]);
  doubt();
  assert.deepEqual(await stream.next(), []);
  assert.equal(followers(), 0);
});

Deno.test("a log that is away is an answer, and no line of the log each time that somebody asks", async () => {
  const cause = new Error("refused");
  const away = new Unavailable("no connection", { code: "event-store-unavailable", cause });
  const log = { ...eventLog.memoryLog(), identity: () => Promise.reject(away) };
  const { service, logged, followers } = setUp({ log });
  const answer = await service(new Request("http://example/views/changes?views=orders"));
  const { status, code, detail } = await answer.json();
  assert.deepEqual([status, code, detail], [503, "event-store-unavailable", "no connection"]);
  assert.deepEqual(logged, []);
  assert.equal(followers(), 0);
});

Deno.test("views that there are not are refused with those there are", async () => {
  const { service, followers } = setUp();
  for (const query of ["", "?views=orders,order"]) {
    const answer = await service(new Request(`http://example/views/changes${query}`));
    assert.equal(answer.status, 400);
    assert.match(JSON.stringify(await answer.json()), /orders, sales, tracking/);
  }
  assert.equal(followers(), 0);
});
