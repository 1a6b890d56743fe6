import assert from "node:assert/strict";
import { watchedAnswer } from "./watched_answer.ts";

function watched(text: string, mostBytes = 10) {
  const ends: (string | undefined)[] = [];
  const answer = watchedAnswer(new Response(text, { status: 201, headers: { A: "b" } }), {
    mostBytes,
    onEnd: (body) => void ends.push(body && new TextDecoder().decode(body)),
  });
  return { answer, ends };
}

Deno.test("an answer is the same, and kept when its last part was taken", async () => {
  const { answer, ends } = watched("hello");
  assert.deepEqual([answer.status, answer.headers.get("A"), ends], [201, "b", []]);
  assert.equal(await answer.text(), "hello");
  assert.deepEqual(ends, ["hello"]);
});

Deno.test("an answer that is too long passes and is not kept, nor one that nobody takes to its end", async () => {
  const long = watched("hello", 4);
  assert.equal(await long.answer.text(), "hello");
  assert.deepEqual(long.ends, [undefined]);
  const left = watched("hello");
  await left.answer.body?.cancel();
  assert.deepEqual(left.ends, [undefined]);
});

Deno.test("an answer that is left while its last part is on the way ends once", async () => {
  const last = Promise.withResolvers<void>();
  const ends: unknown[] = [];
  const body = new ReadableStream<Uint8Array>({
    async pull(stream) {
      await last.promise;
      stream.close();
    },
  });
  const answer = watchedAnswer(new Response(body), {
    mostBytes: 10,
    onEnd: (body) => void ends.push(body),
  });
  const reader = answer.body!.getReader();
  const read = reader.read();
  await reader.cancel();
  last.resolve();
  await read;
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.deepEqual(ends, [undefined]);
});
