import type { PublicRoute } from "@headwater/http";
import { withSecret } from "@headwater/http";
import assert from "node:assert/strict";
import { openGateway } from "./testing/open_gateway.ts";

const secret = "0123456789abcdef0123456789abcdef";

function route(path: string, roles: readonly string[]): PublicRoute {
  return { method: "GET", path, service: "things", declared: { priority: "normal", roles } };
}

function setUp() {
  const { gateway, requests } = openGateway(() => Promise.resolve(new Response("{}")), {
    routes: [
      route("/api/things/:id", ["operator", "auditor"]),
      route("/api/things/all", ["public"]),
      route("/api/audits", ["auditor"]),
      route("/api/nothing", []),
    ],
    admitOperators: withSecret(secret),
  });
  return {
    requests,
    async statusOf(path: string, headers: Record<string, string> = {}): Promise<number> {
      const answer = await gateway(new Request(`http://gateway${path}`, { headers }));
      await answer.body?.cancel();
      return answer.status;
    },
  };
}

Deno.test("what is for operators is theirs alone, and what is public beside it stays so", async () => {
  const { statusOf, requests } = setUp();
  assert.equal(await statusOf("/api/things/all"), 200);
  assert.equal(await statusOf("/api/things/1"), 401);
  assert.equal(requests.length, 1);
  assert.equal(await statusOf("/api/things/1", { "X-Service-Secret": secret }), 200);
  assert.equal(requests[1]?.headers.get("X-Service-Secret"), null);
});

Deno.test("what is for those whom nobody knows is for nobody", async () => {
  const { statusOf, requests } = setUp();
  for (const path of ["/api/audits", "/api/nothing"]) {
    assert.equal(await statusOf(path, { "X-Service-Secret": secret }), 403);
  }
  assert.equal(requests.length, 0);
});
