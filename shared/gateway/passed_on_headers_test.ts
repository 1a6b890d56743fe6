import { edge } from "@headwater/http";
import assert from "node:assert/strict";
import { openGateway } from "./testing/open_gateway.ts";

async function passedOn(headers: Record<string, string>, address?: string): Promise<Headers> {
  const { gateway, requests } = openGateway(() => Promise.resolve(new Response("{}")));
  const request = new Request("http://gateway/api/things/1", { headers });
  if (address !== undefined) edge.noteClientAddress(request, address);
  await gateway(request);
  return requests[0]!.headers;
}

Deno.test("by which headers services know each other, no client can say", async () => {
  const claimed = [
    "X-Service-Secret",
    "X-Route",
    "X-Shadow",
    "X-Attempt",
    "X-Causation-Id",
    "X-Actor",
    "X-Real-IP",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Anything",
  ];
  const headers = await passedOn({
    ...Object.fromEntries(claimed.map((name) => [name, "guessed"])),
    Forwarded: "for=10.0.0.1",
    Authorization: "Bearer mine",
    Cookie: "a=1",
  });
  for (const name of claimed) assert.equal(headers.get(name), null, name);
  assert.equal(headers.get("Authorization"), "Bearer mine");
  assert.equal(headers.get("Cookie"), "a=1");
});

Deno.test("where a request comes from is said by the gateway", async () => {
  for (
    const [host, address, expected] of [
      ["localhost:8000", "192.0.2.7", 'for=192.0.2.7;host="localhost:8000";proto=http'],
      ["[::1]:8000", "2001:db8::1", 'for="[2001:db8::1]";host="[::1]:8000";proto=http'],
      ['x";for=evil', undefined, "for=unknown;proto=http"],
    ] as const
  ) {
    assert.equal((await passedOn({ Host: host }, address)).get("Forwarded"), expected);
  }
});

Deno.test("HEAD says as well where it comes from", async () => {
  const { gateway, requests } = openGateway(() => Promise.resolve(new Response("{}")));
  const request = new Request("http://gateway/api/things/1", { method: "HEAD" });
  edge.noteClientAddress(request, "192.0.2.7");
  await gateway(request);
  assert.match(requests[0]!.headers.get("Forwarded") ?? "", /^for=192.0.2.7;/);
});
