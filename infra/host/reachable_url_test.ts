import { deepEqual } from "node:assert/strict";
import { reachableUrl } from "./reachable_url.ts";

Deno.test("who listens on all addresses is reached at one, and an IPv6 address stands in brackets", () => {
  const urls = ["127.0.0.1", "0.0.0.0", "::", "::1", "shop.example"]
    .map((host) => reachableUrl({ host, port: 8000 }));
  deepEqual(urls, [
    "http://127.0.0.1:8000",
    "http://127.0.0.1:8000",
    "http://127.0.0.1:8000",
    "http://[::1]:8000",
    "http://shop.example:8000",
  ]);
});
