import { deepEqual, equal } from "node:assert/strict";
import { type Service, silentLog } from "@headwater/core";
import { type EdgeRoutes, toService, withSecret } from "@headwater/http";
import { serviceClientSuite } from "@headwater/testing";
import { Hono } from "hono";
import { httpClient } from "./http.ts";
import { ownServiceFirst } from "./own_service.ts";

const nobody = httpClient(new Map([["example", "http://127.0.0.1:9"]]));

serviceClientSuite("client of one's own service", (service) =>
  Promise.resolve({
    client: ownServiceFirst(nobody, {
      own: new Map([["example", service]]),
      proof: () => "0123456789abcdef0123456789abcdef",
    }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }), Deno);

Deno.test("only the service of this process is not asked over the network, once it answers, and knows the secret", async () => {
  const secret = "0123456789abcdef0123456789abcdef";
  const app: EdgeRoutes = new Hono();
  app.post("/commands/Ship", async (c) => c.text(`shipped ${await c.req.text()}`));
  const shipping = toService(app, {
    service: "shipping",
    logger: silentLog,
    newId: () => crypto.randomUUID(),
    admit: withSecret(secret),
  });
  const own = new Map<string, Service>();
  const asked: string[] = [];
  const client = ownServiceFirst({
    call(name) {
      asked.push(name);
      return Promise.resolve(new Response("over the network"));
    },
  }, { own, proof: () => secret });
  async function ship(service: string): Promise<string> {
    const request = new Request(`http://${service}/commands/Ship`, {
      method: "POST",
      headers: { "X-Service-Secret": "guessed" },
      body: "it",
    });
    return await (await client.call(service, request)).text();
  }
  equal(await ship("shipping"), "over the network");
  own.set("shipping", shipping);
  equal(await ship("shipping"), "shipped it");
  equal(await ship("payment"), "over the network");
  deepEqual(asked, ["shipping", "payment"]);
});
