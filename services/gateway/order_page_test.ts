import { DeadlineExceeded, type Service, Unavailable } from "@headwater/core";
import assert from "node:assert/strict";
import { openGateway as open } from "@headwater/gateway/testing";
import { createGateway } from "./mod.ts";

function openGateway(service: Service) {
  return open(service, { createGateway });
}

Deno.test("HEAD of the order page asks the services for their parts, and says how long the page is", async () => {
  const { gateway, requests } = openGateway(() => Promise.resolve(Response.json({ part: 1 })));
  const answer = await gateway(new Request("http://gateway/api/orders/1", { method: "HEAD" }));
  assert.equal(answer.status, 200);
  // Not the same at each time: it says how long each part took
  assert.match(answer.headers.get("Content-Length") ?? "", /^[1-9]\d\d$/);
  assert.equal(answer.body, null);
  assert.deepEqual(new Set(requests.map(({ method }) => method)), new Set(["GET"]));
});

Deno.test("a part whose service does not answer is marked, the rest is served", async () => {
  const { gateway } = openGateway(({ url }) =>
    url.startsWith("http://payment")
      ? Promise.reject(new DeadlineExceeded("late"))
      : Promise.resolve(Response.json({ part: 1 }))
  );
  const answer = await gateway(new Request("http://gateway/api/orders/1"));
  assert.equal(answer.status, 200);
  const { data, meta } = await answer.json();
  assert.deepEqual([meta.complete, meta.parts.payment.status], [false, "timeout"]);
  assert.deepEqual([data.payment, data.order], [null, { part: 1 }]);
});

Deno.test("a part that is behind what the client has seen is not left out, the page is", async () => {
  const { gateway } = openGateway(({ url }) =>
    url.startsWith("http://payment")
      ? Promise.reject(new Unavailable("behind", { code: "read-model-behind" }))
      : Promise.resolve(Response.json({ part: 1 }))
  );
  const answer = await gateway(new Request("http://gateway/api/orders/1"));
  assert.equal(answer.status, 503);
  assert.equal((await answer.json()).code, "read-model-behind");
});

Deno.test("a part that lacks events which its read model cannot take is told, also where it is not there", async () => {
  for (const [service, status] of [["payment", 200], ["payment", 404], ["order", 404]] as const) {
    const { gateway } = openGateway(({ url }) => {
      const isPart = url.startsWith(`http://${service}`);
      const headers = new Headers(isPart ? { "X-Read-Model-Parked": "true" } : {});
      const body = { code: "unknown" };
      return Promise.resolve(Response.json(body, { status: isPart ? status : 200, headers }));
    });
    const answer = await gateway(new Request("http://gateway/api/orders/1"));
    assert.equal(answer.headers.get("X-Read-Model-Parked"), "true");
  }
  const { gateway } = openGateway(() => Promise.resolve(Response.json({ part: 1 })));
  const answer = await gateway(new Request("http://gateway/api/orders/1"));
  assert.equal(answer.headers.get("X-Read-Model-Parked"), null);
});

Deno.test("without the order there is no page, only why", async () => {
  const { gateway } = openGateway(({ url }) =>
    url.startsWith("http://order")
      ? Promise.reject(new DeadlineExceeded("late"))
      : Promise.resolve(Response.json({ part: 1 }))
  );
  const answer = await gateway(new Request("http://gateway/api/orders/1"));
  assert.equal(answer.status, 504);
});
