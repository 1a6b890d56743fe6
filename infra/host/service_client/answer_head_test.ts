import { deepEqual, equal, throws } from "node:assert/strict";
import { answerHead, BrokenAnswer } from "./answer_head.ts";

function head(...lines: readonly string[]): string {
  return lines.join("\r\n");
}

Deno.test("a head says how long the body is, and whether the connection is kept", () => {
  for (
    const [lines, body, isKept] of [
      [["HTTP/1.1 200 OK", "Content-Length: 12"], 12, true],
      [["HTTP/1.1 200", "content-length:0 "], 0, true],
      [["HTTP/1.1 200 OK", "Transfer-Encoding: Chunked"], "chunked", true],
      [["HTTP/1.1 200 OK"], "until it ends", false],
      [["HTTP/1.1 200 OK", "Content-Length: 1", "Connection: keep-alive, Close"], 1, false],
      [["HTTP/1.0 200 OK", "Content-Length: 1"], 1, false],
      [["HTTP/1.1 204 No Content"], 0, true],
      [["HTTP/1.1 304 Not Modified", "Content-Length: 12"], 0, true],
      [["HTTP/1.1 103 Early Hints", "Link: </x>"], 0, true],
    ] as const
  ) {
    const read = answerHead(head(...lines), "GET");
    deepEqual([read.body, read.isKept], [body, isKept], lines.join());
  }
});

Deno.test("what a HEAD is answered with has no body, whatever its length", () => {
  const read = answerHead(head("HTTP/1.1 200 OK", "Content-Length: 12"), "HEAD");
  equal(read.body, 0);
  equal(read.headers["content-length"], "12");
});

Deno.test("headers of one name are put together, cookies stay apart", () => {
  const read = answerHead(
    head(
      "HTTP/1.1 200 OK",
      "Vary: a",
      "vary:  b\t",
      "Set-Cookie: x=1",
      "Set-Cookie: y=2",
      "Content-Length: 0",
      "__proto__: z",
    ),
    "GET",
  );
  deepEqual(Object.entries(read.headers), [
    ["vary", "a, b"],
    ["content-length", "0"],
    ["__proto__", "z"],
  ]);
  deepEqual(read.cookies, ["x=1", "y=2"]);
});

Deno.test("what two readers could read in two ways is no answer", () => {
  for (
    const lines of [
      [""],
      ["HTTP/1.1 200 OK", ""],
      ["HTTP/2 200"],
      ["HTTP/1.1 2000 OK"],
      ["HTTP/1.1 600 Odd"],
      ["ICY 200 OK"],
      ["HTTP/1.1 200 OK", "no colon"],
      ["HTTP/1.1 200 OK", ": no name"],
      ["HTTP/1.1 200 OK", "X: folded", " line: more"],
      ["HTTP/1.1 200 OK", "Content-Length: -1"],
      ["HTTP/1.1 200 OK", "Content-Length: +1"],
      ["HTTP/1.1 200 OK", "Content-Length: 0x10"],
      ["HTTP/1.1 200 OK", "Content-Length: 1", "Content-Length: 1"],
      ["HTTP/1.1 200 OK", "Content-Length: 1", "Content-Length: 2"],
      ["HTTP/1.1 200 OK", "Content-Length: 5", "Transfer-Encoding: chunked"],
      ["HTTP/1.1 200 OK", "Transfer-Encoding: gzip, chunked"],
      ["HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
      ["HTTP/1.1 200 OK", "Transfer-Encoding: identity"],
    ]
  ) {
    throws(() => new Headers(answerHead(head(...lines), "GET").headers), (error) => {
      return error instanceof BrokenAnswer || error instanceof TypeError;
    }, lines.join());
  }
});
