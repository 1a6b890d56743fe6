import assert from "node:assert/strict";
import { openGateway } from "./testing/open_gateway.ts";

Deno.test("HEAD of the order page asks the services for their parts, and says how long the page is", async () => {
  const { gateway, requests } = openGateway(() => Promise.resolve(Response.json({ part: 1 })));
  const page = await (await gateway(new Request("http://gateway/api/orders/1"))).arrayBuffer();
  const answer = await gateway(new Request("http://gateway/api/orders/1", { method: "HEAD" }));
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("Content-Length"), String(page.byteLength));
  assert.deepEqual(new Set(requests.map(({ method }) => method)), new Set(["GET"]));
});
