import { equal } from "node:assert/strict";
import { withoutCredentials } from "./without_credentials.ts";

Deno.test("credentials are taken out of a URL, all else stays", () => {
  equal(withoutCredentials("esdb://admin:s@cret@a:1,b:2?tls=true"), "esdb://a:1,b:2?tls=true");
  equal(withoutCredentials("esdb+discover://a?x=b@c"), "esdb+discover://a?x=b@c");
});
