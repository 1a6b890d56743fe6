import assert from "node:assert/strict";
import { openGateway } from "./testing/open_gateway.ts";

Deno.test("headers of the client's connection are not passed on, all others are", async () => {
  const { gateway, requests } = openGateway(() =>
    Promise.resolve(new Response("{}", { headers: { "ETag": '"3"' } }))
  );
  const answer = await gateway(
    new Request("http://gateway/api/things/1", {
      headers: {
        "Connection": "close, X-Outer",
        "X-Outer": "secret",
        "Proxy-Authorization": "Basic eA==",
        "Expect": "100-continue",
        "Prefer": "wait=3",
      },
    }),
  );
  const sent = requests[0]!.headers;
  for (const name of ["Connection", "X-Outer", "Proxy-Authorization", "Expect"]) {
    assert.equal(sent.get(name), null, name);
  }
  assert.equal(sent.get("Prefer"), "wait=3");
  assert.equal(answer.headers.get("ETag"), '"3"');
  assert.equal(await answer.text(), "{}");
});

Deno.test("a correlation id that Connection names is replaced, not lost", async () => {
  const { gateway, requests } = openGateway(() => Promise.resolve(new Response("{}")));
  const headers = { "Connection": "X-Correlation-Id", "X-Correlation-Id": "flow-1" };
  const answer = await gateway(new Request("http://gateway/api/things/1", { headers }));
  const id = requests[0]!.headers.get("X-Correlation-Id");
  assert.ok(id);
  assert.equal(answer.headers.get("X-Correlation-Id"), id);
});

Deno.test("HEAD of a service's route has the length of what GET answers", async () => {
  const { gateway } = openGateway((request) =>
    Promise.resolve(new Response(request.method === "GET" ? "twelve bytes" : null))
  );
  const answer = await gateway(new Request("http://gateway/api/things/1", { method: "HEAD" }));
  assert.equal(answer.headers.get("Content-Length"), "12");
  assert.equal(answer.body, null);
});

Deno.test("a command that comes without a key gets one of its own, a query none", async () => {
  const { gateway, requests } = openGateway(() => Promise.resolve(new Response("{}")));
  const url = "http://gateway/api/things";
  for (const key of [undefined, undefined, "mine"]) {
    const headers = new Headers(key === undefined ? {} : { "Idempotency-Key": key });
    await gateway(new Request(url, { method: "POST", headers, body: "{}" }));
  }
  await gateway(new Request(`${url}/1`));
  const keys = requests.map(({ headers }) => headers.get("Idempotency-Key"));
  assert.match(keys[0] ?? "", /^[0-9a-f-]{36}$/);
  assert.match(keys[1] ?? "", /^[0-9a-f-]{36}$/);
  assert.notEqual(keys[0], keys[1]);
  assert.deepEqual(keys.slice(2), ["mine", null]);
});

Deno.test("answers say what a browser must not do with them, and that nobody keeps them", async () => {
  const { gateway } = openGateway(() =>
    Promise.resolve(
      Response.json({}, { headers: { "ETag": '"3"' } }),
    )
  );
  const asked = await gateway(new Request("http://gateway/api/things/1"));
  assert.equal(asked.headers.get("Cache-Control"), "no-cache");
  assert.equal(asked.headers.get("X-Content-Type-Options"), "nosniff");
  assert.equal(asked.headers.get("X-Frame-Options"), "DENY");
  assert.equal(asked.headers.get("Referrer-Policy"), "no-referrer");
  assert.equal(asked.headers.get("Cross-Origin-Resource-Policy"), "same-origin");
  const told = await gateway(
    new Request("http://gateway/api/things", { method: "POST", body: "{}" }),
  );
  assert.equal(told.headers.get("Cache-Control"), "no-store");
});

Deno.test("what a service says of keeping its answer and of frames is left as it is", async () => {
  const said = { "Cache-Control": "max-age=60", "X-Frame-Options": "SAMEORIGIN" };
  const { gateway } = openGateway(() => Promise.resolve(Response.json({}, { headers: said })));
  const { headers } = await gateway(new Request("http://gateway/api/things/1"));
  for (const [name, value] of Object.entries(said)) assert.equal(headers.get(name), value);
});
