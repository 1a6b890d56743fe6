import { policy } from "@headwater/resilience";
import assert from "node:assert/strict";
import { gateway as defineGateway } from "./gateway.ts";
import { readRouteTable } from "./route_table.ts";
import { openGateway } from "./testing/open_gateway.ts";

const table = readRouteTable(
  JSON.stringify({
    upstreams: { legacy: { url: "http://legacy:9000" } },
    routes: [
      { method: "POST", path: "/old", upstream: "legacy" },
      {
        ...{ method: "POST", path: "/api/things", upstream: "legacy" },
        strangles: { name: "things", entity: ["body:sku"] },
      },
    ],
  }),
  { routes: [{ method: "POST", path: "/api/things" }], pages: [] },
);

/** A client that sends its body in two parts, the second one when the test says so. */
function slowBody() {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  return {
    readable,
    async begin() {
      await writer.write(new Uint8Array(10));
      await writer.ready;
    },
    async end() {
      await writer.write(new Uint8Array(10));
      await writer.close();
    },
  };
}

for (const length of ["20", undefined]) {
  Deno.test(`a body on its way to an upstream, ${length ?? "of any"} bytes long, holds no place`, async () => {
    const shedder = policy.createShedder();
    const sent = Promise.withResolvers<number>();
    const { gateway } = openGateway(() => Promise.reject(new Error("is no service")), {
      createGateway: defineGateway({ pages: [] }),
      shedder,
      upstreams: {
        table: () => table,
        async send(request) {
          await request.arrayBuffer();
          sent.resolve(shedder.describe().running);
          return new Response("legacy");
        },
      },
    });
    const body = slowBody();
    const answer = gateway(
      new Request("http://gateway/old", {
        method: "POST",
        body: body.readable,
        headers: length === undefined ? {} : { "Content-Length": length },
      }),
    );
    await body.begin();
    assert.equal(shedder.describe().running, 0);
    await body.end();
    // Then it is worked on
    assert.equal(await sent.promise, 1);
    assert.equal(await (await answer).text(), "legacy");
    assert.equal(shedder.describe().running, 0);
  });
}

Deno.test("a body of which the side depends that answers holds no place", async () => {
  const shedder = policy.createShedder();
  const { gateway } = openGateway(() => Promise.resolve(new Response("service")), {
    createGateway: defineGateway({ pages: [] }),
    shedder,
    upstreams: { table: () => table, send: () => Promise.resolve(new Response("legacy")) },
  });
  const body = slowBody();
  const answer = gateway(
    new Request("http://gateway/api/things", {
      ...{ method: "POST", body: body.readable },
      headers: { "Content-Type": "application/json" },
    }),
  );
  await body.begin();
  assert.equal(shedder.describe().running, 0);
  await body.end();
  await (await answer).body?.cancel();
  assert.equal(shedder.describe().running, 0);
});
