import { deepEqual } from "node:assert/strict";
import { endToEndHeaders } from "./end_to_end_headers.ts";

function passed(headers: readonly (readonly [string, string])[]): [string, string][] {
  return [...endToEndHeaders(new Headers(headers.map(([name, value]) => [name, value])))];
}

Deno.test("what speaks of one connection is not passed on", () => {
  deepEqual(
    passed([
      ["Accept", "application/json"],
      ["Connection", "keep-alive"],
      ["Keep-Alive", "timeout=5"],
      ["Proxy-Authenticate", "Basic"],
      ["Proxy-Authorization", "Basic eA=="],
      ["Proxy-Connection", "keep-alive"],
      ["Proxy-Whatever", "x"],
      ["TE", "trailers"],
      ["Trailer", "Expires"],
      ["Transfer-Encoding", "chunked"],
      ["Upgrade", "h2c"],
    ]),
    [["accept", "application/json"]],
  );
});

Deno.test("fields that Connection names go with it, however it is written", () => {
  deepEqual(
    passed([
      ["Connection", "close,x-One ,, X-TWO"],
      ["Connection", "X-Three"],
      ["X-One", "1"],
      ["X-Two", "2"],
      ["X-Three", "3"],
      ["X-Four", "4"],
    ]),
    [["x-four", "4"]],
  );
});

Deno.test("each of several cookies is passed on", () => {
  const cookies: [string, string][] = [["set-cookie", "a=1"], ["set-cookie", "b=2"]];
  deepEqual(passed(cookies), cookies);
});
