import assert from "node:assert/strict";
import { acts, eventLog, silentLog } from "@headwater/core";
import { openGateway } from "@headwater/gateway/testing";
import { databasesOn, httpClient, inProcessClient, serve, startHost } from "@headwater/host";
import { type EdgeRoutes, toService } from "@headwater/http";
import { Hono } from "hono";
import { startThrowAwayPostgres } from "@headwater/postgres";
import { projectionsActs } from "@headwater/projections";
import { createResilientClient } from "@headwater/resilience";
import { eventually, within } from "@headwater/testing";
import { shop } from "@shop/app";
import { ShopClient } from "@shop/judge";
import { type FollowedFeed, followFeed } from "./followed_feed.ts";

const logger = silentLog;

/** What the timelines of these orders say, in log order; those that are not there yet say nothing. */
async function timelineOf(client: ShopClient, orderIds: readonly string[]) {
  const timelines = await Promise.all(orderIds.map(async (orderId) => {
    const { status, body } = await client.query(`/api/orders/${orderId}/timeline`);
    return status === 200 ? body.items as { position: number; type: string }[] : [];
  }));
  return timelines.flat().toSorted((one, other) => one.position - other.position);
}

Deno.test("who follows orders is told each event once, by whichever process, while the timeline is built anew and gone back to", async () => {
  await using server = await startThrowAwayPostgres();
  const log = eventLog.memoryLog();
  const database = databasesOn(server.url, { prefix: "followed", logger });
  const leaving = new AbortController();
  await using one = await startHost(shop, { log, database, logger, leaving: leaving.signal });
  await using other = await startHost(shop, { log, database, logger });
  await using served = serve(one.gateway, { host: "127.0.0.1", port: 0, logger });
  const client = new ShopClient({ shop: one.gateway, patienceMs: 60_000 });
  const asked: Record<string, (path: string) => (options: RequestInit) => Promise<Response>> = {
    "over HTTP": (path) => (options) => fetch(`${served.url}${path}`, options),
    "at another process": (path) => (options) =>
      other.gateway(new Request(`http://127.0.0.1${path}`, options)),
  };
  const orders = { anna: ["a1"], ben: ["b1"] };
  await client.receive("SKU1", { quantity: 100 });
  await client.place({ orderId: "a1", customerId: "anna" });
  await using stack = new AsyncDisposableStack();
  const follow = (how: string, path: string) => stack.use(followFeed(asked[how]!(path)));
  const ofAnna = Object.keys(asked).map((how) => follow(how, "/api/orders/events?customerId=anna"));
  // Nobody knows him yet
  const ofBen = Object.keys(asked).map((how) => follow(how, "/api/orders/events?customerId=ben"));
  await within(
    "all to follow",
    Promise.all([...ofAnna, ...ofBen].map(({ connected }) => connected)),
  );
  const ofOrder: FollowedFeed[] = [];

  async function work(round: number): Promise<void> {
    for (const [customerId, orderIds] of Object.entries(orders)) {
      const orderId = `${customerId}-${round}`;
      await client.place({ orderId, customerId });
      orderIds.push(orderId);
    }
  }
  async function operate(...words: string[]): Promise<void> {
    const options = {
      context: { databases: one.databases, reads: log },
      print: () => {},
      isTerminal: false,
    };
    await eventually(
      `${words.join(" ")} to be done`,
      async () => await acts.operatorsCommand(projectionsActs, words, options) === 0,
    );
  }
  await client.place({ orderId: "b1", customerId: "ben" });
  await work(1);
  ofOrder.push(...Object.keys(asked).map((how) => follow(how, "/api/orders/a1/events")));
  await operate("rebuild", "order-timelines");
  await work(2);
  await operate("rollback", "order-timelines");
  await work(3);

  const followed: [readonly FollowedFeed[], readonly string[]][] = [
    [ofAnna, orders.anna],
    [ofBen, orders.ben],
    [ofOrder, ["a1"]],
  ];
  for (const [feeds, orderIds] of followed) {
    const due = await eventually(`all of ${orderIds.join()} to be told`, async () => {
      const due = await timelineOf(client, orderIds);
      const isAtRest = due.filter(({ type }) => type === "NotificationSent").length ===
        orderIds.length;
      const last = due.at(-1)?.position;
      return isAtRest && feeds.every(({ told }) => told.at(-1)?.id === last) && due;
    });
    for (const { told, ends } of feeds) {
      assert.deepEqual(told.map(({ data }) => data), due);
      assert.deepEqual(
        told.map(({ id, type }) => [id, type]),
        due.map(({ position, type }) => [position, type]),
      );
      assert.equal(ends, 0);
    }
  }

  // A server that stops does not wait for those who follow
  leaving.abort();
  await eventually("those over HTTP to be sent away", () => ofAnna[0]!.ends > 0);
  assert.equal(ofAnna[1]!.ends, 0);
});

/** A gateway and a service with a feed that tells nothing; `known`: resolves when it knows that its client has hung up. */
async function startHungUp(isSplit: boolean) {
  const known = Promise.withResolvers<void>();
  const routed: EdgeRoutes = new Hono();
  routed.get("/api/things/:id", () => {
    const body = new ReadableStream({
      start: (stream) => stream.enqueue(new TextEncoder().encode(":\n\n")),
      cancel: () => known.resolve(),
    });
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  });
  const edge = { logger, newId: () => crypto.randomUUID() };
  const { signal: leaving } = new AbortController();
  await using starting = new AsyncDisposableStack();
  const things = toService(routed, { ...edge, service: "things", leaving });
  const place = { host: "127.0.0.1", port: 0, logger };
  const urls = isSplit ? new Map([["things", starting.use(serve(things, place)).url]]) : new Map();
  const bareClient = isSplit
    ? starting.use(httpClient(urls))
    : inProcessClient(new Map([["things", things]]));
  const client = createResilientClient(bareClient);
  const { gateway } = openGateway(things, { ...edge, client, bareClient, leaving });
  const { url } = starting.use(serve(gateway, place));
  const started = starting.move();
  return { url, known: known.promise, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

for (const isSplit of [false, true]) {
  Deno.test(`a client that hangs up on a feed is known to have done so ${isSplit ? "by a service elsewhere" : "by a service beside the gateway"}`, async () => {
    await using hungUp = await startHungUp(isSplit);
    const answer = await fetch(`${hungUp.url}/api/things/1`);
    const reader = answer.body!.getReader();
    await reader.read();
    await reader.cancel();
    await within("the service to know", hungUp.known);
  });
}
