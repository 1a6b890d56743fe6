import { BadInput } from "@headwater/resilience";
import fc from "fast-check";
import assert from "node:assert/strict";
import { assertPlainRequest } from "./plain_request.ts";

/** As the server hands it over: `Request` would have resolved the path. */
function asking(target: string, headers: Record<string, string> = {}): Request {
  const url = `http://gateway${target}`;
  return new Proxy(new Request("http://gateway/", { headers }), {
    get: (request, name) => name === "url" ? url : Reflect.get(request, name, request),
  });
}

for (
  const [what, targets] of [
    ["climbs", ["/api/../x", "/api/..", "/./x", "/api/.", "/api/%2e%2e/x", "/api/.%2E/x", "/%2e"]],
    ["has a parameter on its dots", ["/api/..;/x", "/api/..;a=b/x", "/api/.;/x"]],
    ["hides a separator", [
      "/api/..%2fx",
      "/api/a%2Fb",
      "/api/..%5cx",
      "/api/..\\x",
      "/\\evil.com",
    ]],
    ["is encoded twice", [
      "/api/%252e%252e/x",
      "/api/..%252fx",
      "/api/a%255cb",
      "/api/%2525",
      "/%2500",
    ]],
    ["is cut short", ["/api/a%00", "/api/%0d%0aX", "/api/a%7f", "/api/a#b", "/api/%"]],
    ["is no text", ["/api/%zz", "/api/%c0%80", "/api/%ff"]],
    ["begins anew", ["//evil.com/x", "/api//x", "//"]],
  ] as const
) {
  Deno.test(`a path that ${what} is refused, whatever follows it`, () => {
    for (const target of targets) {
      for (const search of ["", "?a=/x"]) {
        assert.throws(() => assertPlainRequest(asking(target + search)), (error) => {
          assert.ok(error instanceof BadInput, target);
          assert.equal(error.issues[0]?.path, "path");
          return true;
        }, target);
      }
    }
  });
}

Deno.test("what means one thing passes, and the query is nobody's path", () => {
  for (
    const target of [
      "/",
      "/api/orders/",
      "/api/orders/a.b..c",
      "/api/orders/...",
      "/api/a%20b%3Fc%26d",
      "/api/100%25",
      "/api/gr%C3%B6%C3%9Fe;v=1",
      "/api/x?path=../../%2e%2e%2f\\",
      "",
    ]
  ) assertPlainRequest(asking(target));
});

Deno.test("who wants a WebSocket is told that there is none, who could speak HTTP/2 is served", () => {
  for (const upgrade of ["websocket", "WebSocket", "h2c, websocket"]) {
    assert.throws(() => assertPlainRequest(asking("/x", { Upgrade: upgrade })), BadInput);
  }
  assertPlainRequest(asking("/x", { Upgrade: "h2c" }));
});

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

Deno.test("what passes is the same path to whoever decodes it once, twice, or resolves it", () => {
  const piece = fc.constantFrom(
    ...[
      "a",
      ".",
      "..",
      "%2e",
      "%2E",
      "%2f",
      "%5c",
      "\\",
      "%25",
      "25",
      "2e",
      "2f",
      "%00",
      ";",
      "%c0",
    ],
    ...["é", "%c3%a9", "%20", "#", "%", "~", "@"],
  );
  const segment = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(""));
  let passed = 0;
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), (segments) => {
      const path = `/${segments.join("/")}`;
      try {
        assertPlainRequest(asking(path));
      } catch (error) {
        assert.ok(error instanceof BadInput);
        return;
      }
      passed++;
      assert.equal(
        new URL(`http://gateway${path}`).pathname.split("/").length,
        segments.length + 1,
      );
      for (const segment of segments) {
        for (const read of [decoded(segment), decoded(decoded(segment))]) {
          assert.doesNotMatch(read, /[/\\\0]|^\.{1,2}(;|$)/);
        }
      }
    }),
    { numRuns: 2_000 },
  );
  assert.ok(passed > 50, `${passed} paths passed`);
});
