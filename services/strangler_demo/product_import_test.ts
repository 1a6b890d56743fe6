import assert from "node:assert/strict";
import fc from "fast-check";
import { firstDraft, goingOn, mended } from "./product_import.ts";

const cents = fc.integer({ min: 0, max: 9_999_999 });
function priceText(price: number): string {
  return `${Math.floor(price / 100)}.${String(price % 100).padStart(2, "0")}`;
}

Deno.test("the mended import takes every price as it is printed", () => {
  fc.assert(fc.property(cents, (price) => mended(priceText(price)) === price));
  assert.deepEqual(["7", "7.5", "0.05"].map(mended), [700, 750, 5]);
});

Deno.test("the first draft is wrong by a cent now and then", () => {
  assert.deepEqual([firstDraft("4.35"), firstDraft("4.50")], [434, 450]);
});

Deno.test("an import that is tried again counts from where it was first begun, the next one from where it begins", async () => {
  const goOn = goingOn();
  const heads: (number | undefined)[] = [];
  let head = 7;
  const attempt = (fails: boolean) =>
    goOn("first", {
      head: () => Promise.resolve(head++),
      run(from) {
        heads.push(from);
        return fails ? Promise.reject(new Error("late")) : Promise.resolve();
      },
    });
  await assert.rejects(attempt(true), /late/);
  await attempt(false);
  await attempt(false);
  assert.deepEqual(heads, [7, 7, 8]);
});
