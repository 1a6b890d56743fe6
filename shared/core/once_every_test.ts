import assert from "node:assert/strict";
import { onceEvery } from "./once_every.ts";

Deno.test("what lasts is worth a word when it is new, and then once in a while", () => {
  let now = 0;
  const isNews = onceEvery(60, { now: () => now });
  const news = Array.from({ length: 100 }, () => {
    now++;
    return ["gone", "full"].filter((what, turn) => now % 2 === turn && isNews(what))
      .map((what) => `${now} ${what}`);
  });
  assert.deepEqual(news.flat(), ["1 full", "2 gone", "61 full", "62 gone"]);
});
