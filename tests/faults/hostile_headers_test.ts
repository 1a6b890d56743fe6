import { time } from "@headwater/core";
import { exampleService } from "@headwater/http/testing";
import { within } from "@headwater/testing";
import assert from "node:assert/strict";
import { openRawHttp } from "./raw_http.ts";

/** A service on 127.0.0.1 that says what it was told of its caller's time, attempt and trace. */
function setUp() {
  const { service } = exampleService((app) => {
    app.get("/told", (c) => {
      const { remainingMs, attempt } = time.currentDeadline()!;
      const leftMs = remainingMs.call(time.currentDeadline());
      return c.json({
        seconds: leftMs === Infinity ? null : Math.ceil(leftMs / 1_000),
        attempt,
        traceparent: c.get("traceparent") ?? null,
      });
    });
  });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, service);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const nothing = { seconds: null, attempt: 1, traceparent: null };
const trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

for (
  const [header, value, told] of [
    ["X-Request-Timeout-Ms", "5000", { seconds: 5 }],
    ["X-Request-Timeout-Ms", "-1", {}],
    ["X-Request-Timeout-Ms", "1e9", {}],
    ["X-Request-Timeout-Ms", "soon", {}],
    ["X-Request-Timeout-Ms", "NaN", {}],
    ["X-Request-Timeout-Ms", "Infinity", {}],
    ["X-Request-Timeout-Ms", "1000000000", { seconds: 30 }],
    ["X-Request-Timeout-Ms", "9".repeat(30_000), {}],
    ["X-Attempt", "2", { attempt: 2 }],
    ["X-Attempt", "-1", {}],
    ["X-Attempt", "1e9", {}],
    ["X-Attempt", "9".repeat(30_000), {}],
    ["traceparent", trace, { traceparent: trace }],
    ["traceparent", trace.slice(1), {}],
    ["traceparent", trace.replace("00-", "ff-"), {}],
    ["traceparent", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", {}],
    ["traceparent", "\u00ff".repeat(100), {}],
    ["traceparent", "0".repeat(30_000), {}],
  ] as const
) {
  Deno.test(`"${header}: ${value.slice(0, 60)}" is understood, bounded or passed over`, async () => {
    await using service = setUp();
    using connection = await openRawHttp(service.url);
    await connection.send(
      `GET /told HTTP/1.1\r\nHost: example\r\nConnection: close\r\n${header}: ${value}\r\n\r\n`,
    );
    const { answers: [answer] } = await within("the answer", connection.answers(1));
    assert.equal(answer?.status, 200);
    assert.deepEqual(JSON.parse(answer.body), { ...nothing, ...told });
  });
}

Deno.test("headers of megabytes are refused, and the next request is answered", async () => {
  await using service = setUp();
  for (const value of ["9".repeat(1024 * 1024), "9".repeat(3 * 1024 * 1024)]) {
    for (const header of ["X-Request-Timeout-Ms", "traceparent", "Retry-After"]) {
      using connection = await openRawHttp(service.url);
      // The connection may end before all of it was taken
      await connection.send(`GET /told HTTP/1.1\r\nHost: example\r\n${header}: ${value}\r\n\r\n`)
        .catch(() => {});
      const { answers: [answer] } = await within("the refusal", connection.answers(1));
      assert.ok(answer === undefined || answer.status >= 400, `${answer?.status}`);
    }
  }
  const answer = await fetch(`${service.url}/told`);
  assert.equal(answer.status, 200);
  await answer.body?.cancel();
});
