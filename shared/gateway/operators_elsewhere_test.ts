import { edge } from "@headwater/http";
import assert from "node:assert/strict";
import { openGateway } from "./testing/open_gateway.ts";

function service(): Promise<Response> {
  return Promise.resolve(new Response());
}

Deno.test("who looks for read models and sagas at the gateway is told where they are", async () => {
  const { gateway, requests } = openGateway(service, {
    serviceUrls: new Map([["order", "http://127.0.0.1:8101"]]),
  });
  const asked = [["GET", "/ops/projections"], ["POST", "/ops/sagas/retry"]] as const;
  for (const [method, path] of asked) {
    const answer = await gateway(new Request(`http://shop.example${path}`, { method }));
    const { code, detail } = await answer.json();
    assert.deepEqual([answer.status, code], [404, "route-unknown"]);
    assert.ok(detail.includes(`order at http://127.0.0.1:8101${path}`), detail);
    assert.ok(detail.includes(`/console/${path.split("/")[2]}`), detail);
  }
  assert.equal(requests.length, 0);
});

Deno.test("where services are is nothing for others", async () => {
  const { gateway } = openGateway(service, {
    serviceUrls: new Map([["order", "http://127.0.0.1:8101"]]),
    admitOperators: () => Promise.reject(new edge.NotAdmitted("token-missing", "Cannot tell")),
  });
  const answer = await gateway(new Request("http://shop.example/ops/projections"));
  assert.equal(answer.status, 401);
  assert.doesNotMatch(await answer.text(), /8101/);
});
