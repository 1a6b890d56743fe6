import assert from "node:assert/strict";
import { type Log, silentLog } from "@headwater/core";
import { readConfig } from "./config.ts";
import { openRights } from "./open_rights.ts";

async function warningsOf(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const warnings: string[] = [];
  const logger: Log = { ...silentLog, warn: (message) => warnings.push(message) };
  const config = readConfig({ services: [] }, { args: [], env: new Map(Object.entries(env)) });
  await openRights(config, { logger });
  return warnings;
}

Deno.test("who opens a gateway to other machines without asking who they are is told so, in a line", async () => {
  for (const HOST of ["0.0.0.0", "::", "192.168.1.7", "shop.example"]) {
    const [warning = "", ...others] = await warningsOf({ HOST, PORT: "8123" });
    assert.deepEqual(others, [], HOST);
    for (const part of [`HOST is "${HOST}"`, "port 8123", "set OIDC_ISSUER and OIDC_AUDIENCE"]) {
      assert.ok(warning.includes(part), `${HOST}: ${warning}`);
    }
    assert.ok(!warning.includes("\n"));
  }
});

Deno.test("nobody is warned on this machine alone, nor where everybody is asked", async () => {
  for (const HOST of ["127.0.0.1", "localhost", "::1"]) {
    assert.deepEqual(await warningsOf({ HOST }), [], HOST);
  }
  const issuer = { OIDC_ISSUER: "https://id.example", OIDC_AUDIENCE: "shop" };
  assert.deepEqual(await warningsOf({ HOST: "0.0.0.0", ...issuer }), []);
});
