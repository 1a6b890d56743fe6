import assert from "node:assert/strict";
import type { AnswerDifference } from "./answer_differences.ts";
import { redaction } from "./redaction.ts";
import { shadowBatch } from "./shadow_batch.ts";
import { shadowSums } from "./shadow_sums.ts";

const at = "2026-01-01T00:00:00.000Z";
const hides = redaction();

function difference(field: string): AnswerDifference {
  return { field, path: field.split("."), legacy: 1, new: 2 };
}

Deno.test("samples are added up by field, and counted from nothing once they are taken", () => {
  const sums = shadowSums(() => at);
  assert.equal(sums.take(), undefined);
  const price = difference("body.price");
  sums.add({ request: "GET /a", differences: [price], noise: undefined }, hides);
  sums.add({ request: "GET /b", differences: [], noise: [price] }, hides);
  sums.drop();
  assert.deepEqual(sums.take(), {
    ...{ samples: 2, mismatches: 1, noiseSamples: 1, dropped: 1 },
    fields: [{ field: "body.price", raw: 1, noise: 1 }],
    examples: [{
      ...{ at, request: "GET /a" },
      differences: [{ field: "body.price", legacy: "1", new: "2" }],
    }],
  });
  assert.equal(sums.take(), undefined);
});

Deno.test("whatever differs, what is sent has its bounds: a few examples, and no more fields than fit", () => {
  const sums = shadowSums(() => at);
  for (let index = 0; index < 30; index++) {
    const differences = Array.from(
      { length: 30 },
      (_, field) => difference(`body.${index * 30 + field}`),
    );
    sums.add({ request: `GET /${index}`, differences, noise: undefined }, hides);
  }
  const taken = sums.take();
  assert.ok(shadowBatch.safeParse({ route: "things", round: 1, ...taken }).success);
  assert.equal(taken?.fields.length, 200);
  assert.equal(taken?.examples.length, 10);
  assert.equal(taken?.fields.find(({ field }) => field === "(others)")?.raw, 24);
});
