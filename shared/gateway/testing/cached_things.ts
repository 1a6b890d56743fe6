import { machine, type Service, type View } from "@headwater/core";
import type { edge, PublicRoute } from "@headwater/http";
import { eventually } from "@headwater/testing";
import assert from "node:assert/strict";
import { z } from "zod";
import { openGateway } from "./open_gateway.ts";

/** A service whose answers are kept. */
export type Things = {
  readonly service: Service;
  /** What was asked of routes, not of the stream. */
  readonly asked: Request[];
  /** How far the read model is: what its answers say. */
  position: number;
  /** How often something changed: what its answers show. */
  state: number;
  /** How answers are given. */
  respond(request: Request): Response | Promise<Response>;
  readonly listeners: () => number;
  /** As a commit would be told. */
  tell(change: Partial<edge.ViewChange>): void;
  /** Ends the streams. */
  hangUp(): void;
};

/** A service whose rows are all "things". */
export function things(): Things {
  const streams = new Set<ReadableStreamDefaultController<Uint8Array>>();
  const bytes = (value: unknown) => new TextEncoder().encode(`data: ${JSON.stringify(value)}\n\n`);
  const own: Things = {
    asked: [],
    position: 10,
    state: 0,
    respond: ({ url }) =>
      Response.json({ url: new URL(url).pathname, state: own.state }, {
        headers: { "X-Position": String(own.position) },
      }),
    async service(request) {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname !== "/views/changes") {
        own.asked.push(request);
        return await own.respond(request);
      }
      assert.equal(searchParams.get("views"), "things");
      let own_stream: ReadableStreamDefaultController<Uint8Array>;
      return new Response(
        new ReadableStream({
          start(stream) {
            own_stream = stream;
            streams.add(stream);
            stream.enqueue(bytes({ log: "log" }));
            stream.enqueue(bytes({ view: "things", position: own.position, isRewrite: true }));
          },
          cancel: () => void streams.delete(own_stream),
        }),
      );
    },
    listeners: () => streams.size,
    tell(change) {
      const told = { view: "things", position: own.position, isRewrite: false, ...change };
      for (const stream of streams) stream.enqueue(bytes(told));
    },
    hangUp() {
      for (const stream of streams) stream.close();
      streams.clear();
    },
  };
  return own;
}

export type CachedOptions = {
  readonly freshMs?: number;
  readonly staleMs?: number;
  readonly sharedStore?: machine.SharedStore;
  readonly vary?: readonly string[];
  readonly meter?: machine.Meter;
};

/** A gateway in front of it, which ends with its signal. */
export function openCached(service: Things, options: CachedOptions = {}) {
  const ended = new AbortController();
  const { freshMs = 60_000, staleMs = 0, vary, meter, sharedStore = machine.memoryStore() } =
    options;
  const cache = { views: [{ name: "things" } as View], freshMs, staleMs, vary };
  const declared = { priority: "normal", roles: ["public"], cache } as const;
  const query = z.object({ q: z.string().optional(), limit: z.string().optional() });
  const routes: readonly PublicRoute[] = [
    {
      service: "things",
      method: "GET",
      path: "/api/things/:id",
      declared: { ...declared, cache: { ...cache, key: "id" } },
    },
    { service: "things", method: "GET", path: "/api/things", declared: { ...declared, query } },
    {
      service: "things",
      method: "GET",
      path: "/api/things/summary",
      declared: { priority: "normal", roles: ["public"] },
    },
  ];
  const call = (_name: string, request: Request) => service.service(request);
  const { gateway } = openGateway(service.service, {
    ...{ routes, sharedStore, meter, ending: ended.signal },
    client: { call },
    bareClient: { call },
  });
  async function get(path: string, headers: Record<string, string> = {}) {
    const answer = await gateway(new Request(`http://gateway${path}`, { headers }));
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      said: answer.headers.get("Cache-Status")?.replace(/ttl=\d+/, "ttl=n"),
      body: text === "" ? undefined : JSON.parse(text),
    };
  }
  return {
    gateway,
    get,
    /** From when on what is asked is kept. */
    listening: async () => {
      await eventually("the stream", () => service.listeners() > 0);
      await eventually("something that is kept", async () => {
        return (await get("/api/things/listening")).said === "headwater; hit; ttl=n";
      });
      service.asked.length = 0;
    },
    [Symbol.dispose]: () => ended.abort(),
  };
}
