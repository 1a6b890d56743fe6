import assert from "node:assert/strict";
import { machine } from "@headwater/core";
import { seal } from "./sealed_text.ts";
import { sessions } from "./sessions.ts";
import { wayBack } from "./way_back.ts";

const [older, newer] = ["o".repeat(32), "n".repeat(32)];
const publicUrl = "https://shop.example";
const ada = { actor: "42", roles: ["operator"], name: "Ada" };

function asking(cookie: string, options: RequestInit = {}): Request {
  const headers = { Cookie: `a=b; ${cookie.split(";")[0]}; c=d`, ...options.headers };
  return new Request(`${publicUrl}/console`, { ...options, headers });
}

Deno.test("a session says who it is of, until it is over", async () => {
  let at = Date.now();
  const { begin, identify } = sessions({ publicUrl, secrets: [older], now: () => at, seconds: 60 });
  const cookie = await begin(ada);
  const { until, isOver, ...identity } = await identify(asking(cookie)) ?? {};
  assert.deepEqual(identity, ada);
  assert.equal(await isOver?.(), false);
  assert.ok(until && until > at && until <= at + 60_000);
  at += 61_000;
  assert.equal(await identify(asking(cookie)), undefined);
});

Deno.test("a session that was ended is nobody's any more, whoever has its cookie and whoever is asked", async () => {
  const store = machine.memoryStore();
  const options = { publicUrl, secrets: [older], store };
  const [here, there] = [sessions(options), sessions(options)];
  const [ended, other] = [await here.begin(ada), await here.begin(ada)];
  const listening = await there.identify(asking(ended));
  assert.match(await here.end(asking(ended)), /^__Host-headwater-session=; Max-Age=0; /);
  assert.equal(await listening?.isOver?.(), true);
  for (const { identify } of [here, there]) {
    assert.equal(await identify(asking(ended)), undefined);
    assert.equal((await identify(asking(other)))?.actor, "42");
  }
});

Deno.test("its cookie is for no script, no other host and no other site", async () => {
  const overTls = await sessions({ publicUrl, secrets: [older] }).begin(ada);
  assert.match(
    overTls,
    /^__Host-headwater-session=[\w.-]+; Max-Age=28800; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
  );
  const here = await sessions({ publicUrl: "http://127.0.0.1:8000", secrets: [older] }).begin(ada);
  assert.match(here, /^headwater-session=[\w.-]+; Max-Age=28800; Path=\/; HttpOnly; SameSite=Lax$/);
  assert.ok(overTls.length < 1_000);
  assert.ok(!atob(overTls.split(".")[3]!.replaceAll("-", "+").replaceAll("_", "/")).includes("42"));
});

Deno.test("secrets are changed without ending a session, and taken away to end all", async () => {
  const cookie = await sessions({ publicUrl, secrets: [older] }).begin(ada);
  const both = sessions({ publicUrl, secrets: [newer, older] });
  assert.equal((await both.identify(asking(cookie)))?.actor, "42");
  const renewed = await both.begin(ada);
  const after = sessions({ publicUrl, secrets: [newer] });
  assert.equal((await after.identify(asking(renewed)))?.actor, "42");
  assert.equal(await after.identify(asking(cookie)), undefined);
});

Deno.test("what was not sealed as a session is none", async () => {
  const { identify, begin } = sessions({ publicUrl, secrets: [older] });
  const [, value = ""] = (await begin(ada)).split(/[=;]/);
  const other = await seal([older], { purpose: "login" }).close({ ...ada }, { seconds: 60 });
  const plain = await seal([older], { purpose: "session" }).close({ x: 1 }, { seconds: 60 });
  for (const text of ["", "x", other, plain, `${value.slice(0, -2)}xx`, value.split(".")[0]!]) {
    assert.equal(await identify(asking(`__Host-headwater-session=${text}`)), undefined, text);
  }
  // Not the name by which it goes over TLS
  assert.equal(await identify(asking(`headwater-session=${value}`)), undefined);
});

Deno.test("by a session only pages of our own change something", async () => {
  const { identify, begin } = sessions({ publicUrl, secrets: [older] });
  const cookie = await begin(ada);
  const posting = (headers: Record<string, string>) =>
    identify(asking(cookie, { method: "POST", headers }));
  assert.ok(await posting({ "Sec-Fetch-Site": "same-origin" }));
  assert.ok(await posting({ Origin: publicUrl }));
  const foreign: Record<string, string>[] = [
    {},
    { "Sec-Fetch-Site": "cross-site" },
    { "Sec-Fetch-Site": "same-site", Origin: "https://other.shop.example" },
    { "Sec-Fetch-Site": "none" },
    { Origin: "null" },
    { Origin: "https://shop.example.evil" },
    { Origin: "http://shop.example" },
    { "Sec-Fetch-Site": "same-origin", Origin: "https://evil.example" },
  ];
  for (const headers of foreign) {
    await assert.rejects(posting(headers), { code: "origin-foreign" }, JSON.stringify(headers));
  }
});

Deno.test("nobody comes back to another place than the console", () => {
  const back = (asked?: string) => wayBack(asked, { publicUrl, within: "/console" });
  for (const own of ["/console", "/console/sagas?state=stuck&x=%2F%2Fevil"]) {
    assert.equal(back(own), own);
  }
  const foreign = [
    ...[undefined, "", "console", "/", "/api/orders", "/consoles", "//evil.example/console"],
    ...["https://evil.example/console", "/\\evil.example/console", "/console/../api/orders"],
    ...["/\t/evil.example/console", "javascript:alert(1)", "/console/..//evil.example"],
    `/console/${"x".repeat(1_000)}`,
  ];
  for (const asked of foreign) assert.equal(back(asked), "/console", `${asked}`);
});
