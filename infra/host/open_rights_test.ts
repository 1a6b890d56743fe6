import assert from "node:assert/strict";
import { silentLog } from "@headwater/core";
import { openGateway } from "@headwater/gateway/testing";
import type { EdgeRoutes } from "@headwater/http";
import { type LoginIssuer, loginIssuer } from "@headwater/identity/testing";
import { Hono } from "hono";
import { readConfig } from "./config.ts";
import { openRights } from "./open_rights.ts";

const here = "http://127.0.0.1:8000";
const html = { Accept: "text/html,*/*" };

/** An issuer that answers over HTTP. */
async function startIssuer(): Promise<AsyncDisposable & { readonly issuer: LoginIssuer }> {
  let answer = (_request: Request): Promise<Response> => Promise.reject(new Error("Too early"));
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => answer(request),
  );
  const issuer = await loginIssuer(`http://127.0.0.1:${server.addr.port}`);
  answer = (request) => issuer.answer(request);
  return { issuer, [Symbol.asyncDispose]: () => server.shutdown() };
}

async function openGuarded(issuer: LoginIssuer) {
  const env = {
    OIDC_ISSUER: issuer.issuer,
    OIDC_AUDIENCE: "console",
    OIDC_CLIENT_ID: "console",
    SESSION_SECRET: "s".repeat(32),
  };
  const config = readConfig({ services: [] }, { args: [], env: new Map(Object.entries(env)) });
  const console: EdgeRoutes = new Hono();
  console.get("/", (c) => c.text(`hello ${c.var.actor}`));
  console.post("/act", (c) => c.text(`done by ${c.var.actor}`));
  const { gateway, requests } = openGateway(() => Promise.resolve(new Response("{}")), {
    ...await openRights(config, { logger: silentLog }),
    console,
    routes: ["operator", "customer"].map((role) => ({
      ...{ method: "POST", path: `/api/${role}`, service: "things" },
      declared: { priority: "normal", roles: [role] },
    })),
  });
  const jar = new Map<string, string>();
  async function visit(path: string, options: RequestInit = {}) {
    const headers = new Headers(options.headers);
    if (jar.size > 0) headers.set("Cookie", [...jar].map((pair) => pair.join("=")).join("; "));
    const answer = await gateway(new Request(new URL(path, here), { ...options, headers }));
    for (const set of answer.headers.getSetCookie()) {
      const [, name = "", value = "", age] = /^([^=]+)=([^;]*); Max-Age=(\d+)/.exec(set) ?? [];
      if (age === "0") jar.delete(name);
      else jar.set(name, value);
    }
    return {
      status: answer.status,
      to: answer.headers.get("Location") ?? "",
      text: await answer.text(),
    };
  }
  return { visit, jar, requests };
}

Deno.test("an operator's browser is sent to log in, comes back to the page, and acts from there alone", async () => {
  await using started = await startIssuer();
  const { issuer } = started;
  const { visit, jar, requests } = await openGuarded(issuer);
  assert.equal((await visit("/console")).status, 401);
  issuer.claims = { sub: "ada", roles: ["operator"] };
  const sent = await visit("/console?x=1", { headers: html });
  assert.deepEqual([sent.status, sent.to], [
    303,
    "/console/login?returnTo=%2Fconsole%3Fx%3D1",
  ]);
  const back = await issuer.logIn((await visit(sent.to)).to);
  assert.equal((await visit(back)).to, "/console?x=1");
  assert.equal((await visit("/console", { headers: html })).text, "hello ada");
  const post = (path: string, headers: Record<string, string>) =>
    visit(path, { method: "POST", headers });
  assert.equal(
    (await post("/console/act", { "Sec-Fetch-Site": "same-origin" })).text,
    "done by ada",
  );
  assert.equal((await post("/console/act", { Origin: here })).status, 200);
  assert.equal((await post("/console/act", {})).status, 403);
  assert.equal((await post("/console/act", { Origin: "http://evil.example" })).status, 403);
  assert.equal((await post("/api/operator", { Origin: here })).status, 200);
  const told = requests.at(-1)!.headers;
  assert.ok(told.get("X-Identity")?.includes("ada"));
  assert.equal(told.get("Cookie"), null);
  jar.set("theme", "dark");
  await post("/api/operator", { Origin: here });
  assert.equal(requests.at(-1)!.headers.get("Cookie"), "theme=dark");
  const session = jar.get("headwater-session") ?? "";
  assert.equal((await post("/console/logout", { Origin: here })).status, 303);
  assert.equal((await visit("/console", { headers: html })).status, 303);
  // Nor by a copy of its cookie
  jar.set("headwater-session", session);
  assert.equal((await visit("/console", { headers: html })).status, 303);
});

Deno.test("who logs in and is no operator is told so, and is not sent in a circle", async () => {
  await using started = await startIssuer();
  const { issuer } = started;
  const { visit } = await openGuarded(issuer);
  issuer.claims = { sub: "ben", roles: ["customer"] };
  await visit(await issuer.logIn((await visit("/console/login")).to));
  assert.equal((await visit("/console", { headers: html })).status, 403);
});

Deno.test("tokens and sessions are told apart, and a bad token is not made up for by a session", async () => {
  await using started = await startIssuer();
  const { issuer } = started;
  const { visit } = await openGuarded(issuer);
  issuer.claims = { sub: "ada", roles: ["operator"] };
  await visit(await issuer.logIn((await visit("/console/login")).to));
  const token = await issuer.token({ sub: "eve", roles: ["admin"] });
  const bearer = (text: string) => ({ headers: { Authorization: `Bearer ${text}` } });
  assert.equal((await visit("/console", bearer(token))).text, "hello eve");
  assert.equal((await visit("/console", bearer(`${token}x`))).status, 401);
  // No browser sends it by itself
  const acting = { method: "POST", ...bearer(token) };
  assert.equal((await visit("/console/act", acting)).text, "done by eve");
});
