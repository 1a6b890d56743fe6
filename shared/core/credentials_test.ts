import { equal } from "node:assert/strict";
import { withoutPassword } from "./credentials.ts";

Deno.test("a URL is shown without its password, however wrong it is", () => {
  const shown = {
    "postgres://me:se@cret@localhost/x": "postgres://me:***@localhost/x",
    "esdb://admin:changeit@a:1,b:2?tls=true": "esdb://admin:***@a:1,b:2?tls=true",
    "postgres//me:se/cret@localhost": "postgres//me:***@localhost",
    "me:se?cret://@localhost": "me:***@localhost",
    "rediss://:secret@localhost:x": "rediss://:***@localhost:x",
    "postgres://me:sec\nret@": "postgres://me:***@",
  };
  for (const [url, expected] of Object.entries(shown)) equal(withoutPassword(url), expected);
});

Deno.test("what holds no password stays as it is", () => {
  for (
    const url of ["esdb://a:2113,b:2113?tls=false", "postgres://db/order", "esdb+discover://a"]
  ) {
    equal(withoutPassword(url), url);
  }
});
