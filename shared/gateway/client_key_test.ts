import assert from "node:assert/strict";
import { clientKey } from "./client_key.ts";

Deno.test("a client is its address, of IPv6 the network that it may choose from", () => {
  const keys: Record<string, string> = {
    "192.0.2.7": "192.0.2.7",
    "::ffff:192.0.2.7": "192.0.2.7",
    "::FFFF:c000:0207": "192.0.2.7",
    "0:0:0:0:0:ffff:192.0.2.7": "192.0.2.7",
    "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
    "2001:0DB8:0001:0002::9": "2001:db8:1:2::/64",
    "2001:db8::1": "2001:db8:0:0::/64",
    "fe80::1%eth0": "fe80:0:0:0::/64",
    "::1": "0:0:0:0::/64",
  };
  for (const [address, key] of Object.entries(keys)) assert.equal(clientKey(address), key);
  assert.equal(clientKey(undefined), "local");
});
