import { deepEqual, equal, rejects } from "node:assert/strict";
import { manualClock } from "@headwater/testing";
import { BadInput, BodyTooLarge, BodyTooSlow } from "./bad_input.ts";
import { readBytes, readText } from "./read_body.ts";

function request(
  body: string | ReadableStream<Uint8Array> | undefined,
  length?: number,
): Request {
  const headers: Record<string, string> = length === undefined
    ? {}
    : { "Content-Length": String(length) };
  return new Request("http://example/", { method: "POST", headers, ...(body && { body }) });
}

Deno.test("a body is the same whether its length is declared or not", async () => {
  equal(await readText(request("größ"), 6), "größ");
  equal(await readText(request("größ", 6), 6), "größ");
  for (const length of [undefined, 4]) {
    deepEqual(await readBytes(request("abcd", length), 4), new TextEncoder().encode("abcd"));
  }
  equal(await readBytes(request(undefined), 4), undefined);
});

Deno.test("a body beyond the limit is refused, also where less is declared", async () => {
  for (const length of [undefined, 5, 1]) {
    await rejects(readBytes(request("abcde", length), 4), BodyTooLarge);
  }
});

Deno.test("a body that breaks off is bad input, also where its length is declared", async () => {
  for (const length of [undefined, 4]) {
    const broken = new ReadableStream<Uint8Array>({
      start: (stream) => stream.error(new Error("the line is dead")),
    });
    await rejects(readBytes(request(broken, length), 4), BadInput);
  }
});

for (const length of [undefined, 4]) {
  Deno.test(`a body (${length ?? "in pieces"}) that does not come in time is refused, and is the server's again`, async () => {
    const clock = manualClock();
    const slow = new ReadableStream<Uint8Array>({
      start: (stream) => stream.enqueue(new TextEncoder().encode("ab")),
    });
    const given = request(slow, length);
    const refused = rejects(readBytes(given, 10, { mostMs: 500, clock }), (error) => {
      return error instanceof BodyTooSlow && error.mostMs === 500;
    });
    await clock.advance(500);
    await refused;
    equal(clock.pending(), 0);
    if (length === undefined) equal(given.body?.locked, false);
  });
}

Deno.test("a body that is there leaves no timer behind", async () => {
  const clock = manualClock();
  for (const length of [undefined, 4]) await readBytes(request("abcd", length), 4, { clock });
  equal(clock.pending(), 0);
});
