import assert from "node:assert/strict";
import { type Log, silentLog } from "@headwater/core";
import { readConfig } from "./config.ts";
import { splitIssuer } from "./split_issuer.ts";

function oidcOf(env: Readonly<Record<string, string>>) {
  const all = new Map(Object.entries({ OIDC_AUDIENCE: "shop", ...env }));
  const { oidc } = readConfig({ services: [] }, { args: [], env: all });
  assert.ok(oidc);
  return oidc;
}

/** An issuer that has its keys and its tokens at other ports than itself. */
function startIssuer() {
  const keys = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response());
  const at = `127.0.0.1:${keys.addr.port}`;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
    const issuer = new URL(url).origin;
    const [jwks_uri, token_endpoint] = [`http://${at}/keys`, "https://tokens.example/give"];
    return Response.json({ issuer, jwks_uri, token_endpoint });
  });
  return {
    ...{ own: `127.0.0.1:${server.addr.port}`, keys: at },
    async [Symbol.asyncDispose]() {
      await Promise.all([server.shutdown(), keys.shutdown()]);
    },
  };
}

Deno.test("a gateway of its own may reach wherever the issuer says that its keys and tokens are", async () => {
  await using issuer = startIssuer();
  const oidc = oidcOf({ OIDC_ISSUER: `http://${issuer.own}` });
  const { hosts, env } = await splitIssuer(oidc, { logger: silentLog });
  assert.deepEqual(hosts, [issuer.own, issuer.keys, "tokens.example:443"]);
  assert.equal(env["OIDC_ISSUER"], `http://${issuer.own}`);
});

Deno.test("where nobody can tell it may reach any host, which is told", async () => {
  const warnings: string[] = [];
  const logger: Log = { ...silentLog, warn: (message) => warnings.push(message) };
  const { own } = await gone();
  const { hosts } = await splitIssuer(oidcOf({ OIDC_ISSUER: `http://${own}` }), { logger });
  assert.equal(hosts, undefined);
  assert.equal(warnings.length, 1);
});

Deno.test("nobody is asked who has said where everything is", async () => {
  const { own } = await gone();
  const OIDC_JWKS_URL = "https://keys.example/all";
  const oidc = oidcOf({ OIDC_ISSUER: `http://${own}`, OIDC_JWKS_URL });
  const { hosts } = await splitIssuer(oidc, { logger: silentLog });
  assert.deepEqual(hosts, [own, "keys.example:443"]);
});

async function gone() {
  await using issuer = startIssuer();
  return { own: issuer.own };
}
