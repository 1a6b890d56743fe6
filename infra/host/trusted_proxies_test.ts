import assert from "node:assert/strict";
import { trustedProxies } from "./trusted_proxies.ts";

function clientOf(
  trusted: readonly string[],
  { peer, said }: { readonly peer: string; readonly said?: string },
): string {
  const headers = new Headers(said === undefined ? {} : { "X-Forwarded-For": said });
  return trustedProxies(trusted).clientOf(headers, peer);
}

Deno.test("who is not trusted is the client, whatever it says", () => {
  for (const trusted of [[], ["10.0.0.0/8"]]) {
    assert.equal(clientOf(trusted, { peer: "192.0.2.1", said: "198.51.100.7" }), "192.0.2.1");
  }
});

Deno.test("the client is the last whom somebody names that is trusted", () => {
  const trusted = ["10.0.0.0/8", "2001:db8::1"];
  assert.equal(clientOf(trusted, { peer: "10.1.2.3", said: "198.51.100.7" }), "198.51.100.7");
  assert.equal(
    clientOf(trusted, { peer: "::ffff:10.1.2.3", said: "198.51.100.7" }),
    "198.51.100.7",
  );
  assert.equal(clientOf(trusted, { peer: "2001:db8::1", said: "2001:db8::7" }), "2001:db8::7");
  // What a client says of itself stands before what its proxy has added
  assert.equal(
    clientOf(trusted, { peer: "10.1.2.3", said: "127.0.0.1, 198.51.100.7, 10.9.9.9" }),
    "198.51.100.7",
  );
  assert.equal(clientOf(trusted, { peer: "10.1.2.3", said: "10.9.9.9" }), "10.9.9.9");
  assert.equal(clientOf(trusted, { peer: "10.1.2.3", said: "198.51.100.7, unknown" }), "10.1.2.3");
  assert.equal(clientOf(trusted, { peer: "10.1.2.3" }), "10.1.2.3");
});

Deno.test("what is neither an address nor a network is refused", () => {
  for (const name of ["", "proxy", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8", "::1/129"]) {
    assert.throws(() => trustedProxies([name]), RangeError, name);
  }
});
