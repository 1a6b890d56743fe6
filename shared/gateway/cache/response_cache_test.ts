import { machine, Unavailable } from "@headwater/core";
import { eventually } from "@headwater/testing";
import assert from "node:assert/strict";
import { openCached, things } from "../testing/cached_things.ts";

const hit = "headwater; hit; ttl=n";
const stored = "headwater; fwd=uri-miss; stored";
const stale = "headwater; fwd=stale; stored";

Deno.test("what was answered once is answered again, with its age, until a commit changes its row", async () => {
  const service = things();
  using gateway = openCached(service);
  await gateway.listening();
  const first = await gateway.get("/api/things/a");
  const again = await gateway.get("/api/things/a", { "Accept-Encoding": "gzip" });
  // Packing it would cost more than asking the service
  assert.equal(again.headers.get("Content-Encoding"), null);
  assert.equal(again.headers.get("Content-Length"), String(JSON.stringify(again.body).length));
  assert.deepEqual([first.said, again.said], [stored, hit]);
  assert.deepEqual(again.body, { url: "/api/things/a", state: 0 });
  assert.equal(again.headers.get("X-Position"), "10");
  assert.equal(again.headers.get("Cache-Control"), "no-cache");
  assert.match(again.headers.get("Age") ?? "", /^\d+$/);
  assert.notEqual(first.headers.get("X-Correlation-Id"), again.headers.get("X-Correlation-Id"));
  assert.equal(service.asked.length, 1);

  await gateway.get("/api/things/b");
  service.position = 11;
  service.state = 1;
  service.tell({ keys: ["a"] });
  await eventually("the change", async () => (await gateway.get("/api/things/a")).body.state === 1);
  assert.equal((await gateway.get("/api/things/a")).said, hit);
  assert.deepEqual((await gateway.get("/api/things/b")).said, hit);
  assert.equal(service.asked.length, 3);
  await gateway.get("/api/things?q=x");
  service.tell({ position: 12, keys: ["c"] });
  await eventually(
    "the change",
    async () => (await gateway.get("/api/things?q=x")).said !== hit,
  );
});

Deno.test("while nobody tells of changes nothing is given again, and what was made before neither", async () => {
  const service = things();
  using gateway = openCached(service);
  await gateway.listening();
  await gateway.get("/api/things/a");
  assert.equal((await gateway.get("/api/things/a")).said, hit);
  service.hangUp();
  await eventually("the end", async () => (await gateway.get("/api/things/a")).said !== hit);
  await eventually("the stream", () => service.listeners() > 0);
  await eventually("something kept", async () => (await gateway.get("/api/things/a")).said === hit);
  // It was asked anew after the stream had begun
  assert.ok(service.asked.length > 1);
});

Deno.test("who asks for a position is never given an older answer", async () => {
  const service = things();
  using gateway = openCached(service);
  await gateway.listening();
  await gateway.get("/api/things/a");
  assert.equal((await gateway.get("/api/things/a", { "X-Min-Position": "10" })).said, hit);
  for (const position of ["11", "no-position"]) {
    const { said } = await gateway.get("/api/things/a", { "X-Min-Position": position });
    assert.equal(said, "headwater; fwd=request");
    assert.equal(service.asked.at(-1)?.headers.get("X-Min-Position"), position);
  }
});

Deno.test("what is kept is there at once: who has no time left gets it all the same, and nothing else", async () => {
  const service = things();
  using gateway = openCached(service);
  await gateway.listening();
  const headers = { "X-Request-Timeout-Ms": "0" };
  assert.equal((await gateway.get("/api/things/a", headers)).status, 504);
  await gateway.get("/api/things/a");
  const { status, said, headers: given } = await gateway.get("/api/things/a", headers);
  assert.deepEqual([status, said, given.get("X-Frame-Options")], [200, hit, "DENY"]);
  assert.equal(service.asked.length, 1);
});

Deno.test("a thousand who ask at once for what is not kept are one request", async () => {
  const service = things();
  using gateway = openCached(service);
  await gateway.listening();
  const { respond } = service;
  const held = Promise.withResolvers<void>();
  service.respond = async (request) => {
    await held.promise;
    return await respond(request);
  };
  const all = Promise.all(Array.from({ length: 1_000 }, () => gateway.get("/api/things/a")));
  await eventually("the request", () => service.asked.length > 0);
  held.resolve();
  const said = Map.groupBy(await all, ({ said }) => said);
  assert.deepEqual([...said.keys()], [stored, "headwater; fwd=uri-miss; collapsed"]);
  assert.equal(service.asked.length, 1);
});

Deno.test("the one who asks for all may leave, and a failure is theirs alone who got it", async () => {
  const service = things();
  using gateway = openCached(service);
  await gateway.listening();
  const { respond } = service;
  const held = Promise.withResolvers<void>();
  service.respond = async (request) => {
    await held.promise;
    return await respond(request);
  };
  const gone = new AbortController();
  const first = gateway.gateway(
    new Request("http://gateway/api/things/a", { signal: gone.signal }),
  );
  await eventually("the request", () => service.asked.length > 0);
  const second = gateway.get("/api/things/a");
  gone.abort();
  assert.equal((await first).status, 503);
  held.resolve();
  assert.equal((await second).body.state, 0);
  assert.equal(service.asked.length, 1);

  service.respond = () => Promise.reject(new Unavailable("down"));
  const answers = await Promise.all([1, 2].map(() => gateway.get("/api/things/b")));
  assert.deepEqual(answers.map(({ status }) => status), [503, 503]);
  assert.notEqual(answers[0]!.body.correlationId, answers[1]!.body.correlationId);
  service.respond = respond;
  assert.equal((await gateway.get("/api/things/b")).said, stored);
});

Deno.test("what is not fresh is given while one request fetches another, where the route allows it", async () => {
  const service = things();
  using gateway = openCached(service, { staleMs: 60_000 });
  await gateway.listening();
  await gateway.get("/api/things/a");
  const { respond } = service;
  const held = Promise.withResolvers<void>();
  service.respond = async (request) => {
    await held.promise;
    return await respond(request);
  };
  service.position = 11;
  service.state = 1;
  service.tell({ keys: ["a"] });
  await eventually("the change", async () => {
    return (await gateway.get("/api/things/a")).said === "headwater; hit; ttl=-1";
  });
  const answers = await Promise.all([1, 2, 3].map(() => gateway.get("/api/things/a")));
  for (const { body } of answers) assert.equal(body.state, 0);
  assert.equal(service.asked.length, 2);
  held.resolve();
  await eventually("the renewal", async () => (await gateway.get("/api/things/a")).said === hit);
  assert.equal((await gateway.get("/api/things/a")).body.state, 1);
  assert.equal(service.asked.length, 2);
});

Deno.test("gateways that share a store answer with what another one was given, if that may still be so", async () => {
  const service = things();
  await using memory = machine.memoryStore();
  const sharedStore = { ...memory, isShared: true };
  using one = openCached(service, { sharedStore });
  using other = openCached(service, { sharedStore });
  await one.listening();
  await other.listening();
  service.position = 11;
  await one.get("/api/things/a");
  assert.equal((await other.get("/api/things/a")).said, hit);
  assert.equal(service.asked.length, 1);
  service.position = 12;
  service.state = 1;
  service.tell({ keys: ["a"] });
  for (const gateway of [one, other]) {
    await eventually("the change", async () => {
      return (await gateway.get("/api/things/a")).body.state === 1;
    });
  }
  // Whoever heard it first asked for both
  assert.equal(service.asked.length, 2);
});

Deno.test("the longest that anything is given again is what the route says", async () => {
  const service = things();
  using gateway = openCached(service, { freshMs: 1 });
  await eventually("the stream", () => service.listeners() > 0);
  await gateway.get("/api/things/a");
  await eventually("its end", async () => (await gateway.get("/api/things/a")).said === stale);
});

Deno.test("it leaves its services when it ends", async () => {
  const service = things();
  {
    using gateway = openCached(service);
    await gateway.listening();
  }
  await eventually("its leaving", () => service.listeners() === 0);
});

Deno.test("what another route answers is not taken for a row of the one that is kept", async () => {
  const service = things();
  using gateway = openCached(service);
  await gateway.listening();
  for (const state of [0, 1]) {
    service.state = state;
    const { said, body } = await gateway.get("/api/things/summary");
    assert.deepEqual([said, body.state], [undefined, state]);
  }
  assert.equal(service.asked.length, 2);
});

Deno.test("what changed while nobody asked is not given any more, however short ago that is noticed", async () => {
  const service = things();
  using gateway = openCached(service, { staleMs: 1 });
  await gateway.listening();
  await gateway.get("/api/things/a");
  await gateway.get("/api/things/b");
  const since = Date.now();
  service.position = 11;
  service.state = 1;
  service.tell({ keys: ["a", "b"] });
  await eventually("the change", async () => {
    return (await gateway.get("/api/things/b")).body.state === 1 && Date.now() > since + 2;
  });
  assert.equal((await gateway.get("/api/things/a")).body.state, 1);
});

Deno.test("what is no answer in the shared store is passed over", async () => {
  const service = things();
  await using memory = machine.memoryStore();
  const get = () => Promise.resolve("<html>");
  using gateway = openCached(service, { sharedStore: { ...memory, isShared: true, get } });
  await gateway.listening();
  assert.deepEqual((await gateway.get("/api/things/a")).status, 200);
});
