import assert from "node:assert/strict";
import { silentLog } from "@headwater/core";
import { openGateway } from "@headwater/gateway/testing";
import { readConfig } from "./config.ts";
import { openRights } from "./open_rights.ts";

const token = "prometheus-reads-this";
const secret = "s".repeat(32);
const issuer = { OIDC_ISSUER: "https://id.example", OIDC_AUDIENCE: "shop" };
const paths = ["/metrics", "/ops/metrics/targets"];

/** What a gateway with these settings answers to who asks for numbers, and for where they are. */
async function statuses(
  env: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly number[]> {
  const config = readConfig({ services: [] }, { args: [], env: new Map(Object.entries(env)) });
  const { gateway } = openGateway(() => Promise.resolve(new Response()), {
    ...await openRights(config, { logger: silentLog }),
    metricsPage: () => Promise.resolve("up 1"),
  });
  return await Promise.all(paths.map(async (path) => {
    const answer = await gateway(new Request(`http://127.0.0.1${path}`, { headers }));
    await answer.body?.cancel();
    return answer.status;
  }));
}

Deno.test("on a machine of its own, without rights, a gateway shows its numbers", async () => {
  assert.deepEqual(await statuses({}), [200, 200]);
});

Deno.test("once people are asked who they are, or numbers have a token, nobody else sees them", async () => {
  const bearer = { Authorization: `Bearer ${token}` };
  const known = { "X-Service-Secret": secret };
  const METRICS_TOKEN = token;
  const settings: readonly Readonly<Record<string, string>>[] = [
    { ...issuer, SERVICE_SECRET: secret },
    { METRICS_TOKEN, SERVICE_SECRET: secret },
    { ...issuer, METRICS_TOKEN, SERVICE_SECRET: secret },
  ];
  for (const env of settings) {
    assert.deepEqual(await statuses(env), [401, 401], JSON.stringify(env));
    assert.deepEqual(await statuses(env, { "X-Service-Secret": "guessed" }), [401, 401]);
    assert.deepEqual(await statuses(env, { Authorization: "Bearer guessed-by-chance" }), [
      401,
      401,
    ]);
    assert.deepEqual(await statuses(env, known), [200, 200]);
    const forToken = "METRICS_TOKEN" in env ? [200, 200] : [401, 401];
    assert.deepEqual(await statuses(env, bearer), forToken, JSON.stringify(env));
  }
  assert.deepEqual(await statuses({ METRICS_TOKEN }, bearer), [200, 200]);
  assert.deepEqual(await statuses({ METRICS_TOKEN }), [401, 401]);
});
