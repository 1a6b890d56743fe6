import assert from "node:assert/strict";
import { silentLog, Unavailable } from "@headwater/core";
import { edge } from "@headwater/http";
import { exportSPKI, SignJWT, UnsecuredJWT } from "jose";
import { type Algorithm, identifyByToken, type TokenSource } from "./mod.ts";
import { type TokenIssuer, tokenIssuer } from "./testing/mod.ts";

const issuer = "https://id.example";
const algorithms: readonly Algorithm[] = ["RS256", "ES256", "EdDSA"];

async function setUp(given: Partial<TokenSource> = {}) {
  const source = await tokenIssuer(issuer);
  const troubles: string[] = [];
  const identify = identifyByToken({
    ...{ issuer, audience: "shop", algorithms, clockSkewS: 30 },
    ...given,
  }, {
    send: (request) => source.answer(request),
    logger: { ...silentLog, warn: (message) => troubles.push(message) },
  });
  return {
    source,
    troubles,
    identify: (token: string) => identify(asking({ Authorization: `Bearer ${token}` })),
    identifyRequest: identify,
  };
}

function asking(headers: HeadersInit): Request {
  return new Request("https://shop.example/api/orders", { headers });
}

async function refusalOf(identified: Promise<unknown>): Promise<string> {
  const error = await identified.then(() => undefined, (error) => error);
  assert.ok(error instanceof edge.NotAdmitted, `${error}`);
  assert.equal(error.code, "token-wrong");
  return error.message.replace("Cannot tell who asks: ", "");
}

function secondsFromNow(seconds: number): number {
  return Math.floor(Date.now() / 1_000) + seconds;
}

Deno.test("a token of the issuer says who asks, and what they may", async () => {
  const { source, identify } = await setUp();
  const { until, ...identity } = await identify(
    await source.token({ sub: "42", roles: ["operator", 7], preferred_username: "Ada" }),
  ) ?? {};
  assert.deepEqual(identity, { actor: "42", roles: ["operator"], customerId: "42", name: "Ada" });
  assert.ok(until && until > Date.now());
  assert.deepEqual((await identify(await source.token()))?.roles, ["customer"]);
});

Deno.test("roles and customers stand where the issuer puts them", async () => {
  const nested = await setUp({ rolesClaim: "realm_access.roles", customerClaim: "shop.customer" });
  const claims = { realm_access: { roles: ["admin"] }, shop: { customer: "c1" } };
  const found = await nested.identify(await nested.source.token(claims));
  assert.deepEqual([found?.roles, found?.customerId], [["admin"], "c1"]);
  const named = await setUp({ rolesClaim: "https://shop.example/roles" });
  const words = { "https://shop.example/roles": "operator auditor" };
  const roles = (await named.identify(await named.source.token(words)))?.roles;
  assert.deepEqual(roles, ["operator", "auditor"]);
});

Deno.test("nobody is known by what is over, not begun, for others or of others", async () => {
  const { source, identify } = await setUp();
  const refused: Record<string, string> = {
    "the token has expired": await source.token({ exp: secondsFromNow(-31) }),
    "the token is not valid yet": await source.token({ nbf: secondsFromNow(60) }),
    '"aud" of the token is not what is taken here': await source.token({ aud: "bank" }),
    '"iss" of the token is not what is taken here': await source.token({ iss: "https://evil" }),
    '"exp" of the token is missing': await source.token({ exp: undefined }),
    '"sub" of the token is missing': await source.token({ sub: undefined }),
    '"aud" of the token is missing': await source.token({ aud: undefined }),
    "the token cannot be read": await source.token({ sub: "" }),
  };
  for (const [why, token] of Object.entries(refused)) {
    assert.equal(await refusalOf(identify(token)), why);
  }
  // Clocks differ a little
  assert.ok(await identify(await source.token({ exp: secondsFromNow(-10) })));
  assert.ok(await identify(await source.token({ nbf: secondsFromNow(10) })));
});

Deno.test("nobody is known by what is not signed as it has to be", async () => {
  const { source, identify } = await setUp();
  const claims = { aud: "shop", sub: "ada", exp: secondsFromNow(60), iss: issuer };
  const { kid, publicKey, alg } = source.key();
  const unsigned = new UnsecuredJWT(claims).encode();
  const bySymmetric = await new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid })
    .sign(new TextEncoder().encode(await exportSPKI(publicKey)));
  const stranger = await tokenIssuer(issuer);
  const foreign = { ...stranger.key(), kid };
  const [head, body, signature] = (await source.token()).split(".");
  const forged = btoa(JSON.stringify({ ...claims, roles: ["admin"] })).replace(/=+$/, "");
  const critical = await new SignJWT(claims)
    .setProtectedHeader({ alg, kid, crit: ["exotic"], exotic: true })
    .sign(source.key().privateKey, { crit: { exotic: true } });
  const refused: [string, string][] = [
    [unsigned, "the token's algorithm is not allowed"],
    [bySymmetric, "the token's algorithm is not allowed"],
    [await source.token({}, { key: foreign }), "the token's signature is wrong"],
    [await stranger.token(), "the issuer has no such key"],
    [`${head}.${forged}.${signature}`, "the token's signature is wrong"],
    [`${head}.${body}.`, "the token's signature is wrong"],
    [critical, "the token cannot be read"],
    ["rubbish", "the token cannot be read"],
    [`${head}.${body}`, "the token cannot be read"],
  ];
  for (const [token, why] of refused) assert.equal(await refusalOf(identify(token)), why);
});

Deno.test("a token stands in Authorization alone, and nothing else does", async () => {
  const { source, identifyRequest } = await setUp();
  const token = await source.token();
  assert.equal(await identifyRequest(asking({})), undefined);
  assert.equal((await identifyRequest(asking({ Authorization: `bearer ${token}` })))?.actor, "ada");
  for (const given of ["", "Basic YWRhOng=", `Bearer ${token}, Bearer ${token}`, "Bearer", token]) {
    await refusalOf(identifyRequest(asking({ Authorization: given })));
  }
});

Deno.test("a new key is found, one that was taken back is not believed for long, and nobody makes us ask often", async () => {
  let at = Date.now();
  const { source, identify } = await setUp({ cooldownMs: 0, renewAfterMs: 60_000, now: () => at });
  const first = await source.token();
  await identify(first);
  await source.rotate();
  assert.equal((await identify(await source.token()))?.actor, "ada");
  assert.equal(source.asked(), 2);
  // What was known of it a moment ago is still taken, and then is not
  assert.ok(await identify(first));
  at += 31_000;
  assert.equal(await refusalOf(identify(first)), "the issuer has no such key");
  const cool = await setUp({ cooldownMs: 60_000 });
  const stranger = await tokenIssuer(issuer);
  for (let tries = 0; tries < 5; tries++) await refusalOf(cool.identify(await stranger.token()));
  assert.equal(cool.source.asked(), 1);
});

async function assertUnavailable(identified: Promise<unknown>): Promise<void> {
  const error = await identified.then(() => undefined, (error) => error);
  assert.ok(error instanceof Unavailable, `${error}`);
  assert.equal(error.code, "identity-unavailable");
}

/** It is asked beside what is answered. */
async function untilAsked({ asked }: TokenIssuer, times: number): Promise<void> {
  while (asked() < times) await new Promise((resolve) => setTimeout(resolve, 1));
}

Deno.test("where the issuer does not answer, nobody is turned away for it, and known keys go on for a day", async () => {
  let at = Date.now();
  const { source, identify, troubles } = await setUp({
    ...{ now: () => at, clockSkewS: 100_000, cooldownMs: 0 },
  });
  source.isUp = false;
  await assertUnavailable(identify(await source.token()));
  source.isUp = true;
  // It was asked just now
  await assertUnavailable(identify(await source.token()));
  at += 2_001;
  assert.ok(await identify(await source.token()));
  source.isUp = false;
  at += 3_600_000;
  assert.ok(await identify(await source.token()));
  assert.ok(await identify(await source.token()));
  assert.equal(troubles.length, 1);
  // Whether it has another one by now nobody can tell
  at += 2_001;
  const stranger = await tokenIssuer(issuer);
  await assertUnavailable(identify(await stranger.token()));
  at += 86_400_000;
  await assertUnavailable(identify(await source.token({ exp: secondsFromNow(200_000) })));
  source.isUp = true;
  at += 2_001;
  const asked = source.asked();
  assert.ok(await identify(await source.token({ exp: secondsFromNow(200_000) })));
  await untilAsked(source, asked + 1);
});

Deno.test("what is no answer of the issuer's is none", async () => {
  const source = await tokenIssuer(issuer);
  const answers: Record<string, () => Response> = {
    "a page": () => new Response("<html>"),
    "a redirection": () => Response.redirect("https://evil.example/keys", 302),
    "no keys": () => Response.json({ keys: [] }),
    "another issuer": () => Response.json({ issuer: "https://evil", jwks_uri: "https://evil/k" }),
    "too much": () => new Response(`{"keys": ["${"x".repeat(300_000)}"]}`),
  };
  for (const [what, answer] of Object.entries(answers)) {
    for (const keysUrl of [undefined, "https://id.example/keys"]) {
      const identify = identifyByToken(
        { issuer, audience: "shop", algorithms, clockSkewS: 30, keysUrl },
        { send: () => Promise.resolve(answer()), logger: silentLog },
      );
      const asked = identify(asking({ Authorization: `Bearer ${await source.token()}` }));
      await assert.rejects(asked, Unavailable, what);
    }
  }
});
