import assert from "node:assert/strict";
import { shortBody } from "./short_body.ts";

/** In parts of one byte; says whether it was read to its end. */
function answerOf(length: number, headers: HeadersInit = {}) {
  let isCancelled = false;
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(stream) {
      if (sent === length) stream.close();
      else stream.enqueue(new Uint8Array([sent++]));
    },
    cancel: () => void (isCancelled = true),
  });
  return { answer: new Response(body, { headers }), isCancelled: () => isCancelled };
}

Deno.test("a body that is short enough is read, in one piece", async () => {
  assert.deepEqual(await shortBody(answerOf(3).answer, 3), new Uint8Array([0, 1, 2]));
  assert.deepEqual(await shortBody(new Response("a"), 3), new Uint8Array([97]));
  assert.deepEqual(await shortBody(new Response(null), 3), new Uint8Array());
});

Deno.test("of a body that is longer no more is read than shows that", async () => {
  const endless = answerOf(Infinity);
  assert.equal(await shortBody(endless.answer, 3), undefined);
  assert.ok(endless.isCancelled());
  const declared = answerOf(Infinity, { "Content-Length": "4" });
  assert.equal(await shortBody(declared.answer, 3), undefined);
  assert.ok(declared.isCancelled());
});
