import assert from "node:assert/strict";
import { areTrailers, isRequest } from "./request_headers.ts";

const request = {
  ":method": "POST",
  ":scheme": "http",
  ":path": "/a/b",
  ":authority": "localhost",
};

Deno.test("a request names its method, scheme and path, once and before anything else", () => {
  assert.ok(isRequest(request));
  assert.ok(isRequest({ ...request, "te": "trailers", "content-type": "application/grpc" }));
  for (const name of [":method", ":scheme", ":path"] as const) {
    const { [name]: _, ...without } = request;
    assert.ok(!isRequest(without));
    assert.ok(!isRequest({ ...request, [name]: "" }));
  }
  assert.ok(!isRequest({ ...request, ":method": "POST,POST" }));
  assert.ok(!isRequest({ ...request, ":scheme": "http,http" }));
  assert.ok(!isRequest({ ...request, ":status": "200" }));
  assert.ok(!isRequest({ "user-agent": "test", ...request }));
});

Deno.test("headers are lower case, and none is HTTP/1.1's", () => {
  const headers: readonly Record<string, string>[] = [
    { "X-Upper": "1" },
    { connection: "keep-alive" },
    { "transfer-encoding": "chunked" },
    { te: "trailers, deflate" },
  ];
  for (const each of headers) {
    assert.ok(!isRequest({ ...request, ...each }));
    assert.ok(!areTrailers(each));
  }
});

Deno.test("trailers name no method", () => {
  assert.ok(areTrailers({ "grpc-status": "0" }));
  assert.ok(!areTrailers({ ":method": "POST" }));
});
