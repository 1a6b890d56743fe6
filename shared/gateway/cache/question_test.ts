import assert from "node:assert/strict";
import { openCached, things } from "../testing/cached_things.ts";

const hit = "headwater; hit; ttl=n";
const stored = "headwater; fwd=uri-miss; stored";

Deno.test("who has an answer already is told that it is the same", async () => {
  const service = things();
  using gateway = openCached(service);
  await gateway.listening();
  const { headers } = await gateway.get("/api/things/a");
  const etag = headers.get("ETag")!;
  assert.match(etag, /^W\/"[\w-]+"$/);
  for (const given of [etag, `"x", ${etag.slice(2)}`, "*"]) {
    const answer = await gateway.get("/api/things/a", { "If-None-Match": given });
    assert.deepEqual([answer.status, answer.body], [304, undefined]);
    assert.equal(answer.headers.get("ETag"), etag);
    assert.equal(answer.headers.get("X-Position"), "10");
  }
  assert.equal((await gateway.get("/api/things/a", { "If-None-Match": '"x"' })).status, 200);
});

Deno.test("whoever speaks of themselves, or wants it anew, gets an answer of their own", async () => {
  const service = things();
  using gateway = openCached(service);
  await gateway.listening();
  await gateway.get("/api/things/a");
  const personal: Record<string, string>[] = [
    { Cookie: "me=1" },
    { Authorization: "Bearer x" },
    { "Cache-Control": "no-cache" },
    { Range: "bytes=0-1" },
  ];
  for (const headers of personal) {
    const { said } = await gateway.get("/api/things/a", headers);
    assert.equal(said, "headwater; fwd=bypass", JSON.stringify(headers));
    const [name = ""] = Object.keys(headers);
    assert.equal(service.asked.at(-1)?.headers.get(name), headers[name]);
  }
  for (const query of ["?unknown=1", "?q=1&q=2"]) {
    assert.equal((await gateway.get(`/api/things${query}`)).said, "headwater; fwd=bypass");
  }
  await gateway.get("/api/things?q=1&limit=2");
  assert.equal(
    (await gateway.get("/api/things?limit=2&q=1", { "Accept-Language": "de" })).said,
    hit,
  );
  // Nobody in particular asked
  assert.equal(service.asked.at(-1)?.headers.get("Accept-Language"), null);
});

Deno.test("what an answer depends on is asked and kept apart", async () => {
  const service = things();
  using gateway = openCached(service, { vary: ["Accept-Language"] });
  await gateway.listening();
  for (const language of ["de", "en", ""]) {
    const headers: Record<string, string> = language === "" ? {} : { "Accept-Language": language };
    const first = await gateway.get("/api/things/a", headers);
    assert.equal(first.said, stored);
    assert.match(first.headers.get("Vary") ?? "", /accept-language/i);
    assert.equal(service.asked.at(-1)?.headers.get("Accept-Language") ?? "", language);
    assert.equal((await gateway.get("/api/things/a", headers)).said, hit);
  }
});

Deno.test("only answers that are for all are kept", async () => {
  const service = things();
  using gateway = openCached(service);
  await gateway.listening();
  const headers: Record<string, string>[] = [
    { "Set-Cookie": "a=b" },
    { "Cache-Control": "private, max-age=5" },
    { "Cache-Control": "no-store" },
    { Warning: '110 - "behind"' },
    { Vary: "Accept-Encoding, Cookie" },
    { "Content-Type": "image/png" },
    { "X-Position": "" },
  ];
  for (const own of headers) {
    service.respond = () => {
      const answer = Response.json({ x: 1 }, { headers: { "X-Position": "10", ...own } });
      if (own["X-Position"] === "") answer.headers.delete("X-Position");
      return answer;
    };
    for (const _ of [1, 2]) {
      const { said, body } = await gateway.get("/api/things/own");
      assert.deepEqual([said, body], ["headwater; fwd=uri-miss", { x: 1 }], JSON.stringify(own));
    }
  }
  service.respond = () =>
    new Response(`"${"x".repeat(300_000)}"`, {
      headers: { "Content-Type": "application/json", "X-Position": "10" },
    });
  for (const _ of [1, 2]) {
    const { said, body } = await gateway.get("/api/things/long");
    assert.deepEqual([said, body.length], ["headwater; fwd=uri-miss", 300_000]);
  }
  service.respond = () => Response.json({ code: "unknown" }, { status: 404 });
  assert.equal((await gateway.get("/api/things/none")).status, 404);
  service.respond = () => Response.json({ x: 1 }, { headers: { "X-Position": "10" } });
  assert.equal((await gateway.get("/api/things/none")).status, 200);
});
