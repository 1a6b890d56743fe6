import assert from "node:assert/strict";
import { ownLocation } from "./own_location.ts";

function own(location: string, upstream = "http://legacy:9000/shop"): string {
  return ownLocation(location, { upstream, hereOf: (path) => path });
}

Deno.test("a redirect elsewhere, or within a path, is left as it is", () => {
  for (
    const location of [
      "https://pay.example/now?x=1",
      "//cdn.example/x",
      "http://legacy:9001/shop/x",
      "https://legacy:9000/shop/x",
      "/shop/x",
      "x?y",
      "",
      "http://[broken",
    ]
  ) assert.equal(own(location), location);
});

Deno.test("a redirect to the upstream itself leads to the same place here", () => {
  for (
    const [location, expected] of [
      ["http://legacy:9000/shop/x?y=1#z", "/x?y=1#z"],
      ["//legacy:9000/shop/x", "/x"],
      ["HTTP://LEGACY:9000/shop", "/"],
      ["http://legacy:9000/shopping", "/shopping"],
      ["http://legacy:9000/shop//evil.example/x", "/evil.example/x"],
      ["http://legacy:9000//evil.example", "/evil.example"],
    ] as const
  ) assert.equal(own(location), expected);
  assert.equal(own("http://legacy:9000/x", "http://legacy:9000"), "/x");
});
