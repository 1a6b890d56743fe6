import assert from "node:assert/strict";
import { silentLog } from "@headwater/core";
import { type EdgeRoutes, toService } from "@headwater/http";
import { Hono } from "hono";
import { loginRoutes } from "./login.ts";
import { sessions } from "./sessions.ts";
import { loginIssuer } from "./testing/mod.ts";

const publicUrl = "https://shop.example";
const secrets = ["s".repeat(32)];

async function setUp(options: { readonly endsSessions?: boolean } = {}) {
  const issuer = await loginIssuer("https://id.example", options);
  issuer.claims = { sub: "42", roles: ["operator"], name: "Ada" };
  const own = sessions({ publicUrl, secrets });
  const login = loginRoutes({
    ...{ issuer: issuer.issuer, clientId: "console", clientSecret: undefined },
    ...{ publicUrl, within: "/console", secrets, sessions: own },
  }, { send: (request) => issuer.answer(request), logger: silentLog });
  const app: EdgeRoutes = new Hono();
  app.route("/console", login);
  const service = toService(app, {
    ...{ service: "gateway", logger: silentLog },
    newId: () => crypto.randomUUID(),
  });
  /** By name: what a browser keeps. */
  const jar = new Map<string, string>();
  async function visit(url: string, options: RequestInit = {}): Promise<Response> {
    const headers = new Headers(options.headers);
    if (jar.size > 0) headers.set("Cookie", [...jar].map((pair) => pair.join("=")).join("; "));
    const answer = await service(new Request(new URL(url, publicUrl), { ...options, headers }));
    for (const set of answer.headers.getSetCookie()) {
      const [, name = "", value = "", age] = /^([^=]+)=([^;]*); Max-Age=(\d+)/.exec(set) ?? [];
      if (age === "0") jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }
  const placeOf = (answer: Response) => answer.headers.get("Location") ?? "";
  return { issuer, jar, visit, placeOf, identify: own.identify };
}

function withCookies(jar: ReadonlyMap<string, string>): Request {
  const Cookie = [...jar].map((pair) => pair.join("=")).join("; ");
  return new Request(`${publicUrl}/console`, { headers: { Cookie } });
}

Deno.test("people log in with the issuer, come back to where they were, and log out", async () => {
  const { issuer, jar, visit, placeOf, identify } = await setUp();
  const begun = await visit("/console/login?returnTo=/console/sagas%3Fstate%3Dstuck");
  const asked = new URL(placeOf(begun));
  assert.equal(begun.status, 303);
  assert.equal(asked.origin, issuer.issuer);
  const { redirect_uri, code_challenge_method, response_type } = Object.fromEntries(
    asked.searchParams,
  );
  assert.deepEqual([redirect_uri, code_challenge_method, response_type], [
    `${publicUrl}/console/login/callback`,
    "S256",
    "code",
  ]);
  const done = await visit(await issuer.logIn(placeOf(begun)));
  assert.deepEqual([done.status, placeOf(done)], [303, "/console/sagas?state=stuck"]);
  assert.deepEqual([...jar.keys()], ["__Host-headwater-session"]);
  const { until: _until, isOver: _isOver, ...identity } = await identify(withCookies(jar)) ?? {};
  assert.deepEqual(identity, { actor: "42", roles: ["operator"], customerId: "42", name: "Ada" });
  // Nobody is logged out by another site
  const elsewhere = { method: "POST", headers: { "Sec-Fetch-Site": "cross-site" } };
  assert.equal((await visit("/console/logout", elsewhere)).status, 403);
  assert.equal(jar.size, 1);
  const own = { method: "POST", headers: { "Sec-Fetch-Site": "same-origin" } };
  assert.equal((await visit("/console/logout", own)).status, 303);
  assert.equal(jar.size, 0);
});

Deno.test("a log-out goes on to the issuer, if that ends sessions, with what it knows its session by", async () => {
  const { issuer, jar, visit } = await setUp({ endsSessions: true });
  const logIn = async () => {
    const begun = await visit("/console/login");
    return await visit(await issuer.logIn(begun.headers.get("Location") ?? ""));
  };
  const own = { method: "POST", headers: { "Sec-Fetch-Site": "same-origin" } };
  const done = await logIn();
  const cookies = done.headers.getSetCookie();
  // No other request is the longer for it
  assert.match(
    cookies.find((each) => each.includes("id-token")) ?? "",
    /^__Secure-headwater-id-token=.*; Path=\/console\/logout; HttpOnly; SameSite=Lax; Secure$/,
  );
  const left = await visit("/console/logout", own);
  // A page: no form of the console leads to another site
  assert.equal(left.status, 200);
  const [, to = ""] = /http-equiv="refresh" content="0; url=([^"]*)"/.exec(await left.text()) ?? [];
  const url = new URL(to.replaceAll("&amp;", "&"));
  assert.equal(url.origin + url.pathname, "https://id.example/end");
  const { of, client_id, id_token_hint } = Object.fromEntries(url.searchParams);
  const claims = JSON.parse(atob(id_token_hint?.split(".")[1] ?? ""));
  assert.deepEqual([of, client_id, claims.sub], ["all", "console", "42"]);
  assert.deepEqual([...jar.keys()], []);
  // Who has no session here ends none there
  assert.equal((await visit("/console/logout", own)).status, 303);
  // Without its token, or with one that is too long for a browser to keep, the issuer asks first
  issuer.claims = { ...issuer.claims, roles: Array.from({ length: 400 }, (_, n) => `role-${n}`) };
  await logIn();
  assert.deepEqual([...jar.keys()], ["__Host-headwater-session"]);
});

Deno.test("a login ends once, in the browser that has begun it, as it was begun", async () => {
  const { issuer, jar, visit, placeOf } = await setUp();
  const begun = placeOf(await visit("/console/login"));
  const back = await issuer.logIn(begun);
  const kept = new Map(jar);
  const restore = () => kept.forEach((value, name) => jar.set(name, value));
  jar.clear();
  assert.equal((await visit(back)).status, 403);
  restore();
  const forged: [string, string][] = [["state", "another"], ["code", "another"], ["error", "no"]];
  for (const [name, value] of forged) {
    const url = new URL(back);
    url.searchParams.set(name, value);
    assert.equal((await visit(url.href)).status, 403, name);
  }
  restore();
  assert.equal((await visit(back)).status, 303);
  restore();
  // The issuer gives nothing for the same code again
  assert.equal((await visit(back)).status, 403);
});

Deno.test("what the issuer says of another login, client or issuer is not taken", async () => {
  const { issuer, jar, visit, placeOf } = await setUp();
  const wrong = [
    { nonce: "another" },
    { aud: "another" },
    { iss: "https://evil.example" },
    { exp: 1 },
    { sub: undefined },
  ];
  for (const claims of wrong) {
    issuer.claims = claims;
    const back = await issuer.logIn(placeOf(await visit("/console/login")));
    assert.equal((await visit(back)).status, 403, JSON.stringify(claims));
    assert.ok(!jar.has("__Host-headwater-session"));
  }
});

Deno.test("nobody is sent to another site, and an issuer that is away is told so", async () => {
  const { issuer, visit, placeOf } = await setUp();
  issuer.isUp = false;
  assert.equal((await visit("/console/login")).status, 503);
  issuer.isUp = true;
  for (const to of ["https://evil.example", "//evil.example", "/\\evil.example", "/api/orders"]) {
    const begun = await visit(`/console/login?returnTo=${encodeURIComponent(to)}`);
    const done = await visit(await issuer.logIn(placeOf(begun)));
    assert.equal(placeOf(done), "/console", to);
  }
  const begun = placeOf(await visit("/console/login"));
  issuer.isUp = false;
  assert.equal((await visit(await issuer.logIn(begun))).status, 503);
});
