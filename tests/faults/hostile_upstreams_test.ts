import { DeadlineExceeded, Unavailable } from "@headwater/core";
import { httpClient } from "@headwater/host";
import { BadAnswer, createResilientClient } from "@headwater/resilience";
import { within } from "@headwater/testing";
import assert from "node:assert/strict";

/** Says something once it has heard a request; then the connection ends, unless it never comes to that. */
type Script = (connection: Deno.Conn) => Promise<void>;

const encoder = new TextEncoder();

function saying(text: string): Script {
  return async (connection) => {
    const bytes = encoder.encode(text);
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  };
}

/** Says it over and over, until nobody listens. */
function endless(begin: string, part: string): Script {
  return async (connection) => {
    await saying(begin)(connection);
    for (;;) await saying(part)(connection);
  };
}

/** Says it, and nothing more, until nobody listens. */
function hanging(text: string): Script {
  return async (connection) => {
    await saying(text)(connection);
    while (await connection.read(new Uint8Array(4_096)) !== null);
  };
}

/** An upstream on 127.0.0.1 that does what it is told, and a client that has little time and tries three times. */
function setUp(script: Script) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let current = script;
  let heard = 0;
  const serving = (async () => {
    const all: Promise<void>[] = [];
    for await (const connection of listener) {
      all.push((async () => {
        using _connection = connection;
        // The client has hung up, or does meanwhile
        if (await connection.read(new Uint8Array(64 * 1024)).catch(() => null) === null) return;
        heard++;
        await current(connection).catch(() => {});
      })());
    }
    await Promise.all(all);
  })();
  const urls = new Map([["legacy", `http://127.0.0.1:${listener.addr.port}`]]);
  const overHttp = httpClient(urls);
  const client = createResilientClient(overHttp, {
    ...{ tryMs: 2_000, totalMs: 6_000, longestAnswer: 64 * 1024 },
    retry: { tries: 3, shortestPauseMs: 1, throttledPauseMs: 1, longestPauseMs: 1 },
  });
  return {
    client,
    heard: () => heard,
    ask: (init: RequestInit = {}) =>
      client.call("legacy", new Request("http://legacy/x", { ...init })),
    say: (script: Script) => void (current = script),
    async [Symbol.asyncDispose]() {
      overHttp[Symbol.dispose]();
      listener.close();
      await within("the upstream to end", serving);
    },
  };
}

const ok = "HTTP/1.1 200 OK\r\nConnection: close\r\n";
const fine = saying(`${ok}Content-Length: 4\r\n\r\nfine`);
const megabyte = "x".repeat(1024 * 1024);

type Expected = {
  readonly is: typeof Unavailable | typeof DeadlineExceeded | typeof BadAnswer;
  readonly code?: string;
  readonly limit?: string;
  readonly tries: number;
};

const unreadable: Expected = {
  is: Unavailable,
  code: "service-unreachable",
  limit: "tries",
  tries: 3,
};
const lost: Expected = { is: Unavailable, code: "service-answer-lost", limit: "tries", tries: 3 };
const late: Expected = { is: DeadlineExceeded, limit: "attempt", tries: 1 };
const tooLarge: Expected = { is: BadAnswer, code: "answer-too-large", tries: 1 };

const cases: Readonly<Record<string, readonly [Script, Expected]>> = {
  "nothing at all": [saying(""), unreadable],
  "garbage": [saying("\u0000\u0001\u0002\r\n\r\n\r\n"), unreadable],
  "another protocol": [saying("SSH-2.0-OpenSSH_9.2\r\n"), unreadable],
  "a status that is none": [saying("HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n"), unreadable],
  "half a head": [saying("HTTP/1.1 200 OK\r\nContent-Le"), unreadable],
  "a head of megabytes": [saying(`${ok}X-Junk: ${megabyte}${megabyte}\r\n\r\n`), unreadable],
  "a head without end": [endless(ok, "X-Junk: junk\r\n"), unreadable],
  "two lengths": [
    saying(`${ok}Content-Length: 3\r\nContent-Length: 4\r\n\r\nfine`),
    unreadable,
  ],
  "half a body": [saying(`${ok}Content-Length: 100\r\n\r\nhalf`), unreadable],
  "a body without its last chunk": [
    saying(`${ok}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`),
    lost,
  ],
  "chunks that are none": [
    saying(`${ok}Transfer-Encoding: chunked\r\n\r\nfour\r\nhalf\r\n0\r\n\r\n`),
    lost,
  ],
  "what is not compressed, as if it were": [
    saying(`${ok}Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nfine`),
    lost,
  ],
  "a body without end": [endless(`${ok}\r\n`, megabyte), tooLarge],
  "chunks without end": [
    endless(`${ok}Transfer-Encoding: chunked\r\n\r\n`, `100000\r\n${megabyte}\r\n`),
    tooLarge,
  ],
  "a body of a terabyte, as it says": [
    hanging(`${ok}Content-Length: 1099511627776\r\n\r\nfine`),
    tooLarge,
  ],
  "silence": [hanging(""), late],
  "half a head, then silence": [hanging("HTTP/1.1 200 OK\r\nContent-Le"), late],
  "half a body, then silence": [hanging(`${ok}Content-Length: 100\r\n\r\nhalf`), late],
};

for (const [what, [script, { is, tries, ...expected }]] of Object.entries(cases)) {
  Deno.test(`an upstream that answers ${what} is a typed error in time, and the next answer is fine`, async () => {
    await using upstream = setUp(script);
    await assert.rejects(within("the error", upstream.ask()), (error) => {
      assert.ok(error instanceof is, `${error}`);
      const { code, limit } = error as { readonly code?: string; readonly limit?: string };
      assert.deepEqual(
        { ...(code !== undefined && { code }), ...(limit !== undefined && { limit }) },
        expected,
      );
      return true;
    });
    assert.equal(upstream.heard(), tries);
    upstream.say(fine);
    assert.equal(await (await within("the answer", upstream.ask())).text(), "fine");
    assert.equal(upstream.client.describe()[0]?.running, 0);
  });
}

Deno.test("an answer that is cut anywhere is whole or an error, never half of one", async () => {
  const answer = `${ok}Content-Length: 4\r\n\r\nfine`;
  await using upstream = setUp(fine);
  for (let cut = 0; cut < answer.length; cut++) {
    upstream.say(saying(answer.slice(0, cut)));
    const before = upstream.heard();
    await assert.rejects(
      within("the error", upstream.ask({ method: "POST", body: "{}" })),
      (error) => error instanceof Unavailable,
      `cut at ${cut}`,
    );
    // What has no key is sent once
    const sent = upstream.heard() - before;
    assert.ok(sent <= 1, `sent ${sent} times, cut at ${cut}`);
    // Before it becomes known for failing
    upstream.say(fine);
    for (let call = 0; call < 2; call++) await (await upstream.ask({ method: "POST" })).text();
  }
});

Deno.test("a redirect to itself is an answer, asked for once", async () => {
  await using upstream = setUp(
    saying(`HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n`),
  );
  assert.equal((await within("the answer", upstream.ask())).status, 302);
  assert.equal(upstream.heard(), 1);
});

for (
  const [retryAfter, expected] of [
    ["-1", { seconds: 0, tries: 3 }],
    ["1e9", { seconds: 0, tries: 3 }],
    ["soon", { seconds: 0, tries: 3 }],
    [megabyte.slice(0, 40_000), { seconds: 0, tries: 3 }],
    ["Thu, 01 Jan 1970 00:00:00 GMT", { seconds: 0, tries: 3 }],
    ["999999999999", { seconds: 3_600, tries: 1 }],
    ["Fri, 31 Dec 9999 23:59:59 GMT", { seconds: 3_600, tries: 1 }],
  ] as const
) {
  Deno.test(`a Retry-After of "${retryAfter.slice(0, 30)}" is bounded or passed over`, async () => {
    await using upstream = setUp(
      saying(
        `HTTP/1.1 503 Busy\r\nConnection: close\r\nRetry-After: ${retryAfter}\r\nContent-Length: 0\r\n\r\n`,
      ),
    );
    await assert.rejects(within("the error", upstream.ask()), (error) => {
      assert.ok(error instanceof Unavailable);
      assert.equal(error.retryAfter, expected.seconds);
      return true;
    });
    assert.equal(upstream.heard(), expected.tries);
  });
}

Deno.test("a problem document says no more than its kind allows", async () => {
  const documents = [
    "{",
    "null",
    "[]",
    `{"code":7,"detail":{},"limit":"everything"}`,
    `{"__proto__":{"code":"x"},"constructor":1}`,
    `{"code":"${"c".repeat(30_000)}"}`,
  ];
  for (const document of documents) {
    await using upstream = setUp(
      saying(
        `HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: ${document.length}\r\n\r\n${document}`,
      ),
    );
    await assert.rejects(
      within("the error", upstream.ask({ method: "POST" })),
      (error) => error instanceof Unavailable && typeof error.code === "string",
    );
    assert.equal(({} as { code?: unknown }).code, undefined);
  }
});
