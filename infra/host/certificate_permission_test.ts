import { equal } from "node:assert/strict";
import { certificatePermission } from "./certificate_permission.ts";

Deno.test("tasks may read the certificates that the event store's URL names, and nothing else", async () => {
  const cases = [
    ["esdb://u:p@a,b?tlsCAFile=/etc/ca.pem", ",/etc/ca.pem"],
    ["esdb://a?userCertFile=me.pem&userKeyFile=me.key", ",me.pem,me.key"],
    ["esdb://a?tls=false&tlsCAFile=/etc/ca.pem", ""],
    ["esdb://a", ""],
    ["nonsense", ""],
  ] as const;
  for (const [url, files] of cases) equal(await certificatePermission(url), files, url);
});
