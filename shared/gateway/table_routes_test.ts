import { silentLog, Unavailable } from "@headwater/core";
import assert from "node:assert/strict";
import { gateway as defineGateway, type GatewayOptions } from "./gateway.ts";
import { readRouteTable } from "./route_table.ts";
import { openGateway } from "./testing/open_gateway.ts";

const things = { method: "GET", path: "/api/things/:id" };

function tableOf(routes: readonly object[], upstreams: object = {}) {
  const legacy = { url: "http://legacy:9000/shop" };
  return readRouteTable(JSON.stringify({ upstreams: { legacy, ...upstreams }, routes }), {
    routes: [things, { method: "POST", path: "/api/things" }],
    pages: [],
  });
}

const open = [
  { method: "GET", path: "/old/:page", to: "/page.php/:page", upstream: "legacy" },
  { method: "*", path: "/files/*", upstream: "legacy" },
  { method: "POST", path: "/old", upstream: "legacy" },
];

function setUp(
  { table = tableOf(open), answer = () => Promise.resolve(new Response("legacy")), ...options }:
    & Partial<GatewayOptions>
    & { table?: ReturnType<typeof tableOf>; answer?: (request: Request) => Promise<Response> } = {},
) {
  let current = table;
  const sent: Request[] = [];
  const { gateway, requests } = openGateway(() => Promise.resolve(new Response("service")), {
    createGateway: defineGateway({ pages: [], ...options }),
    logger: silentLog,
    upstreams: {
      table: () => current,
      send(request) {
        sent.push(request);
        return answer(request);
      },
    },
  });
  return {
    sent,
    requests,
    ask: (path: string, init: RequestInit = {}) =>
      gateway(new Request(`http://gateway${path}`, init)),
    reload: (table: ReturnType<typeof tableOf>) => current = table,
  };
}

Deno.test("a route of the table leads to its upstream, and nothing in a path leads elsewhere", async () => {
  const { ask, sent, requests } = setUp();
  for (
    const [path, url] of [
      ["/old/about?x=1&y=//z", "http://legacy:9000/shop/page.php/about?x=1&y=//z"],
      ["/old/@evil.example", "http://legacy:9000/shop/page.php/@evil.example"],
      ["/old/:80", "http://legacy:9000/shop/page.php/:80"],
      ["/old/a%3Fb%20c", "http://legacy:9000/shop/page.php/a%3Fb%20c"],
      ["/files/a/b.txt", "http://legacy:9000/shop/files/a/b.txt"],
    ] as const
  ) {
    assert.equal(await (await ask(path)).text(), "legacy");
    assert.equal(sent.at(-1)?.url, url);
  }
  for (const path of ["/old/..%2f..%2fadmin", "/files/%252e%252e/x", "/files//x"]) {
    assert.equal((await ask(path)).status, 400, path);
  }
  assert.equal(sent.length, 5);
  assert.equal(requests.length, 0);
});

Deno.test("services keep their routes, and what nobody has is unknown", async () => {
  const { ask, sent } = setUp({
    table: tableOf([{ method: "GET", path: "/*", upstream: "legacy" }]),
  });
  assert.equal(await (await ask("/api/things/1")).text(), "service");
  assert.equal((await ask("/health/live")).status, 200);
  assert.deepEqual((await (await ask("/")).json()).upstreams, { legacy: ["GET /*"] });
  assert.equal(sent.length, 0);
  assert.equal(await (await ask("/anything")).text(), "legacy");
  const other = await ask("/anything", { method: "POST" });
  assert.deepEqual([other.status, other.headers.get("Allow")], [405, "GET, HEAD"]);
});

Deno.test("another method of a path in the table is told which there are", async () => {
  const answer = await setUp().ask("/old", { method: "DELETE" });
  assert.equal(answer.status, 405);
  assert.equal(answer.headers.get("Allow"), "POST");
});

Deno.test("a body goes on as it comes, a short one with its length", async () => {
  const { ask, sent } = setUp({ answer: async (request) => new Response(await request.text()) });
  const short = await ask("/old", {
    method: "POST",
    body: "short",
    headers: { "Content-Length": "5" },
  });
  assert.equal(await short.text(), "short");
  assert.equal(sent[0]?.headers.get("Content-Length"), "5");
  const parts = new ReadableStream({
    start(stream) {
      for (const part of ["one ", "two"]) stream.enqueue(new TextEncoder().encode(part));
      stream.close();
    },
  });
  const long = await ask("/old", { method: "POST", body: parts });
  assert.equal(await long.text(), "one two");
  assert.equal(sent[1]?.headers.get("Content-Length"), null);
});

Deno.test("an answer goes on as it comes, before it is whole", async () => {
  const upstream = Promise.withResolvers<void>();
  const { ask } = setUp({
    answer: () => {
      const body = new ReadableStream({
        async start(stream) {
          stream.enqueue(new TextEncoder().encode("begun"));
          await upstream.promise;
          stream.close();
        },
      });
      return Promise.resolve(
        new Response(body, { headers: { Connection: "X-Inner", "X-Inner": "1" } }),
      );
    },
  });
  const answer = await ask("/old/x");
  assert.equal(answer.headers.get("X-Inner"), null);
  const reader = answer.body!.getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value), "begun");
  upstream.resolve();
  assert.equal((await reader.read()).done, true);
});

Deno.test("of what a client does not take, no more than a part is held, in either direction", async () => {
  function endless(): { taken: number; body: ReadableStream<Uint8Array<ArrayBuffer>> } {
    const counted = {
      taken: 0,
      body: new ReadableStream<Uint8Array<ArrayBuffer>>({
        pull(stream) {
          counted.taken++;
          stream.enqueue(new Uint8Array(1_000));
        },
      }, { highWaterMark: 0 }),
    };
    return counted;
  }
  const [up, down] = [endless(), endless()];
  const { ask } = setUp({
    async answer(request) {
      const reader = request.body!.getReader();
      for (const _ of [1, 2, 3]) await reader.read();
      return new Response(down.body);
    },
  });
  const answer = await ask("/old", { method: "POST", body: up.body });
  const reader = answer.body!.getReader();
  for (const _ of [1, 2, 3]) await reader.read();
  assert.ok(up.taken <= 5 && down.taken <= 5, `${up.taken} and ${down.taken} parts were taken`);
  await reader.cancel();
});

Deno.test("a client that hangs up in the middle of an answer ends it", async () => {
  const ended = Promise.withResolvers<unknown>();
  const { ask } = setUp({
    answer: () => {
      const body = new ReadableStream({
        pull: (stream) => stream.enqueue(new Uint8Array(10)),
        cancel: ended.resolve,
      });
      return Promise.resolve(new Response(body));
    },
  });
  const reader = (await ask("/old/x")).body!.getReader();
  await reader.read();
  await reader.cancel("enough");
  assert.equal(await ended.promise, "enough");
});

for (
  const [there, here] of [
    ["http://legacy:9000/shop/page.php/about?x=1", "/old/about?x=1"],
    ["http://legacy:9000/shop/files/a/b", "/files/a/b"],
    ["http://legacy:9000/shop/elsewhere", "/elsewhere"],
    ["https://pay.example/now", "https://pay.example/now"],
  ] as const
) {
  Deno.test(`a redirect to ${there} is the client's to follow, to ${here}`, async () => {
    const headers = { Location: there };
    const { ask } = setUp({
      answer: () => Promise.resolve(new Response(null, { status: 302, headers })),
    });
    const answer = await ask("/old/x");
    assert.equal(answer.status, 302);
    assert.equal(answer.headers.get("Location"), here);
  });
}

Deno.test("an upstream that keeps failing is left alone, also under the next table that has it", async () => {
  const { ask, sent, reload } = setUp({
    answer: () => Promise.reject(new Unavailable("down", { code: "upstream-unreachable" })),
  });
  for (let call = 0; call < 20; call++) {
    const answer = await ask("/old/x");
    assert.equal(answer.status, 503);
    await answer.body?.cancel();
  }
  async function codeOf(): Promise<string> {
    return (await (await ask("/old/x")).json()).code;
  }
  assert.equal(await codeOf(), "circuit-open");
  reload(tableOf([...open, { method: "GET", path: "/more", upstream: "legacy" }]));
  assert.equal(await codeOf(), "circuit-open");
  reload(tableOf(open, { legacy: { url: "http://other:9000" } }));
  assert.equal(await codeOf(), "upstream-unreachable");
  assert.equal(sent.length, 21);
});

Deno.test("another table counts from the next request on, one under way keeps its own", async () => {
  const first = Promise.withResolvers<Response>();
  const { ask, sent, reload } = setUp({
    answer: (request) =>
      request.url.includes("slow") ? first.promise : Promise.resolve(new Response("quick")),
  });
  const slow = ask("/old/slow");
  reload(tableOf([{ method: "GET", path: "/new/:page", upstream: "legacy" }]));
  assert.equal((await ask("/old/x")).status, 404);
  assert.equal(await (await ask("/new/x")).text(), "quick");
  first.resolve(new Response("slow"));
  assert.equal(await (await slow).text(), "slow");
  assert.equal(sent.length, 2);
});

const strangled = [
  { ...things, upstream: "legacy", strangles: { name: "things", entity: ["param:id"] } },
];

Deno.test("a strangled route is the upstream's until somebody decides, and nobody else's are", async () => {
  const { ask, reload } = setUp({ table: tableOf(strangled) });
  assert.equal(await (await ask("/api/things/1")).text(), "legacy");
  assert.equal(await (await ask("/api/things", { method: "POST" })).text(), "service");
  reload(tableOf([]));
  assert.equal(await (await ask("/api/things/1")).text(), "service");
  reload(tableOf(strangled));
  assert.equal(await (await ask("/api/things/1")).text(), "legacy");
});

Deno.test("a route without parameters is not strangled with one that would fit as well", async () => {
  const routes = [things, { method: "GET", path: "/api/things/all" }].map((route) => ({
    ...route,
    service: "things",
    declared: { priority: "normal", roles: ["public"] } as const,
  }));
  const strangledTable = tableOf(strangled);
  const { gateway } = openGateway(() => Promise.resolve(new Response("service")), {
    routes,
    createGateway: defineGateway({ pages: [], strangle: (c, { legacy }) => legacy.answer(c) }),
    upstreams: {
      table: () => strangledTable,
      send: () => Promise.resolve(new Response("legacy")),
    },
  });
  for (const [path, expected] of [["all", "service"], ["1", "legacy"]]) {
    const answer = await gateway(new Request(`http://gateway/api/things/${path}`));
    assert.equal(await answer.text(), expected);
  }
});

Deno.test("who decides is given both sides, and may have read the body", async () => {
  const body = new TextEncoder().encode("read");
  const routes = [{
    method: "POST",
    path: "/api/things",
    upstream: "legacy",
    strangles: { name: "x" },
  }];
  const { ask, sent, requests } = setUp({
    table: tableOf(routes),
    async strangle(c, { strangles, legacy, service }) {
      assert.equal(strangles.name, "x");
      await (await legacy.answer(c, { body })).body?.cancel();
      return await service.answer(c, { body });
    },
  });
  assert.equal(
    await (await ask("/api/things", { method: "POST", body: "sent" })).text(),
    "service",
  );
  assert.equal(await sent[0]?.text(), "read");
  assert.equal(await requests[0]?.text(), "read");
});
