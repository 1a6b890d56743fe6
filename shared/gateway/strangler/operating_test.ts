import { silentLog } from "@headwater/core";
import { withSecret } from "@headwater/http";
import assert from "node:assert/strict";
import { openGateway } from "../testing/mod.ts";

const secret = "a secret of thirty-two characters";

function post(headers: HeadersInit = {}) {
  return new Request("http://gateway/ops/routes/set", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Actor": "ada", ...headers },
    body: JSON.stringify({ route: "catalog" }),
  });
}

Deno.test("what operators ask of routes the strangler does, and is told who asks", async () => {
  const { gateway, requests } = openGateway(async (request) =>
    Response.json({ ...await request.json(), by: request.headers.get("X-Actor"), position: 7 })
  );
  const answer = await gateway(post());
  assert.deepEqual([answer.status, await answer.json()], [
    200,
    { route: "catalog", by: "ada", position: 7 },
  ]);
  assert.deepEqual(requests.map(({ url }) => url), ["http://strangler/ops/routes/set"]);
});

Deno.test("who is no operator is not let to the routes, nor is what is no act of theirs", async () => {
  const { gateway, requests } = openGateway(() => Promise.resolve(Response.json([])), {
    admitOperators: withSecret(secret),
    logger: silentLog,
  });
  const refused = await gateway(post());
  assert.deepEqual([refused.status, (await refused.json()).code], [401, "secret-wrong"]);
  assert.equal((await gateway(new Request("http://gateway/ops/routes"))).status, 401);
  assert.equal((await gateway(new Request("http://gateway/ops/nothing"))).status, 404);
  assert.equal(requests.length, 0);
  assert.equal((await gateway(post({ "X-Service-Secret": secret }))).status, 200);
});

Deno.test("what the strangler refuses is refused as it says", async () => {
  const { gateway } = openGateway(() =>
    Promise.resolve(Response.json({ code: "strangled-route-unknown" }, { status: 404 }))
  );
  const answer = await gateway(post());
  assert.deepEqual([answer.status, (await answer.json()).code], [404, "strangled-route-unknown"]);
});
