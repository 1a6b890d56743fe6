import { WholeAnswer } from "@headwater/resilience";
import assert from "node:assert/strict";
import { Hono } from "hono";
import { type PackedOnce, RepeatedAnswer } from "./cache/repeated_answer.ts";
import { packAnswer } from "./packing.ts";

const text = JSON.stringify({ text: "Köln ".repeat(1_000) });
const length = String(new TextEncoder().encode(text).byteLength);
const json = { "Content-Type": "application/json", "Content-Length": length };

async function packed(answer: Response, encodings = "gzip, deflate, br"): Promise<Response> {
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    await packAnswer(c);
  });
  app.get("/", () => answer);
  return await app.request("/", { headers: { "Accept-Encoding": encodings } });
}

async function unpacked(answer: Response): Promise<string> {
  return await new Response(answer.body!.pipeThrough(new DecompressionStream("gzip"))).text();
}

Deno.test("what is in memory goes out packed in one piece, whose length is known", async () => {
  for (const body of [text, new TextEncoder().encode(text)]) {
    const answer = await packed(
      new WholeAnswer(body, { status: 201, headers: { ...json, ETag: '"7"', "X-Own": "2" } }),
    );
    const bytes = await answer.clone().arrayBuffer();
    const headers = Object.fromEntries(answer.headers);
    assert.deepEqual([answer.status, headers], [201, {
      "content-encoding": "gzip",
      "content-length": String(bytes.byteLength),
      "content-type": "application/json",
      etag: 'W/"7"',
      vary: "Accept-Encoding",
      "x-own": "2",
    }]);
    assert.ok(bytes.byteLength < 500);
    assert.equal(await unpacked(answer), text);
  }
});

Deno.test("what is given again is packed once, for those who take it so", async () => {
  const once: PackedOnce = {};
  function again(): RepeatedAnswer {
    const answer = new RepeatedAnswer(text, once);
    for (const [name, value] of Object.entries(json)) answer.headers.set(name, value);
    return answer;
  }
  assert.equal(await (await packed(again(), "br")).text(), text);
  assert.equal(once.bytes, undefined);
  assert.equal(await unpacked(await packed(again())), text);
  const { bytes } = once;
  assert.ok(bytes);
  assert.equal(await unpacked(await packed(again())), text);
  assert.equal(once.bytes, bytes);
});

Deno.test("what an answer varies by already is kept, and said once", async () => {
  for (
    const [Vary, expected] of [
      ["Accept", "Accept, Accept-Encoding"],
      ["accept-encoding, Accept", "accept-encoding, Accept"],
      ["*", "*"],
    ] as const
  ) {
    const answer = await packed(new WholeAnswer(text, { headers: { ...json, Vary } }));
    assert.equal(answer.headers.get("Vary"), expected);
    assert.equal(await unpacked(answer), text);
  }
});

Deno.test("what comes as it is made is packed as it comes", async () => {
  const answer = await packed(new Response(text, { headers: json }));
  assert.equal(answer.headers.get("Content-Length"), null);
  assert.equal(await unpacked(answer), text);
});

Deno.test("what must not be changed, or is no text, goes out as it is", async () => {
  for (
    const [name, value] of [["Cache-Control", "no-transform"], [
      "Content-Type",
      "image/png",
    ]] as const
  ) {
    const answer = await packed(new WholeAnswer(text, { headers: { ...json, [name]: value } }));
    assert.equal(answer.headers.get("Content-Encoding"), null);
    assert.equal(await answer.text(), text);
  }
});
