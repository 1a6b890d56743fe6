import assert from "node:assert/strict";
import { column, eventLog, type ReadModels, view } from "@headwater/core";
import type { Sql } from "postgres";
import { feeds } from "./feeds.ts";
import { readsFrom } from "./read_your_writes.ts";
import { exampleService } from "./testing/example_service.ts";

const doors = view({
  name: "doors",
  version: 1,
  reads: [],
  columns: { door: column.text() },
  primaryKey: "door",
  key: () => undefined,
  evolve: () => undefined,
});
const rows = [
  { position: 3, door: "front", type: "DoorOpened" },
  { position: 5, door: "back", type: "DoorOpened" },
  { position: 8, door: "front", type: "Door\nShut\ndata: nothing" },
];

/** Two services that have their routes in common. */
function setUp({ position = 8 } = {}) {
  const asked: [unknown, unknown, number, number][] = [];
  const doorFeeds = feeds<(typeof rows)[number], { readonly door: string }>({
    view: doors,
    read(sql, { where, after, limit }) {
      asked.push([sql, where, after, limit]);
      const found = rows.filter((row) =>
        row.position > after && (!where || row.door === where.door)
      );
      return Promise.resolve({ rows: found, seen: 8 });
    },
    topics: ({ door }) => [{ door }],
    event: ({ type, door }) => ({ type, data: { door } }),
  });
  const readModels: ReadModels = {
    wait: (_view, wait) =>
      Promise.resolve({
        position,
        reached: wait.position === undefined || wait.position <= position,
      }),
    isParked: () => Promise.resolve(false),
    follow: () => () => {},
  };
  const log = Object.assign(eventLog.memoryLog(), { head: () => Promise.resolve(9) });
  function service(name: string) {
    const sql = { name } as unknown as Sql;
    return exampleService((app) => {
      app.get(
        "/doors/:door/events",
        readsFrom(doors, { resumes: true }),
        (c) => doorFeeds(c, { door: c.req.param("door") }),
      );
    }, { readModels, log, sql, random: () => 0.5 }).service;
  }
  const services = [service("one"), service("other")];
  return {
    asked,
    ask: (headers: Record<string, string> = {}, { at = 0, method = "GET" } = {}) =>
      services[at]!(new Request("http://example/doors/front/events", { method, headers })),
  };
}

async function beginningOf({ body }: Response): Promise<string> {
  const reader = body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value);
}

Deno.test("a feed is an event stream, whose ids are positions", async () => {
  const { ask } = setUp();
  const answer = await ask();
  assert.equal(answer.status, 200);
  assert.deepEqual(
    ["Content-Type", "Cache-Control", "X-Position"].map((name) => answer.headers.get(name)),
    ["text/event-stream", "no-store", "8"],
  );
  assert.equal(
    await beginningOf(answer),
    [
      "retry: 1000\n\n",
      'id: 3\nevent: DoorOpened\ndata: {"door":"front"}\n\n',
      'id: 8\nevent: Door Shut data: nothing\ndata: {"door":"front"}\n\n',
    ].join(""),
  );
});

Deno.test("a client that comes again goes on after what it has seen", async () => {
  const { ask } = setUp();
  const text = await beginningOf(await ask({ "Last-Event-ID": "3" }));
  assert.deepEqual(text.match(/^id: .*/gm), ["id: 8"]);
});

Deno.test("what no event had as its id is refused", async () => {
  const { ask, asked } = setUp();
  for (const id of ["", "-1", "1.5", "1e3", "07", "abc", "99999999999999999", "9007199254740993"]) {
    const answer = await ask({ "Last-Event-ID": id });
    const { code, errors } = await answer.json();
    assert.deepEqual(
      [answer.status, code, errors[0].path],
      [400, "bad-input", "Last-Event-ID"],
      id,
    );
  }
  assert.deepEqual(asked, []);
});

Deno.test("who has seen more than the read model has, or the log, is told to come later", async () => {
  const { ask, asked } = setUp();
  for (const id of ["9", "12"]) {
    const answer = await ask({ "Last-Event-ID": id, Prefer: "wait=0" });
    const { code } = await answer.json();
    assert.deepEqual([answer.status, code], [503, "read-model-behind"]);
    assert.ok(answer.headers.has("Retry-After"));
  }
  assert.deepEqual(asked, []);
});

Deno.test("each service's feeds read its own database", async () => {
  const { ask, asked } = setUp();
  for (const at of [0, 1]) await beginningOf(await ask({}, { at }));
  const from = (name: string) => [{ name }, { door: "front" }, -1, 100];
  const pages = asked.filter(([, where]) => where !== undefined);
  assert.deepEqual(pages, [from("one"), from("other")]);
});

Deno.test("who asks for the headers alone is not told anything", async () => {
  const { ask } = setUp();
  const answer = await ask({}, { method: "HEAD" });
  assert.deepEqual([answer.status, await answer.text()], [200, ""]);
});
