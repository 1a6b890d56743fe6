import assert from "node:assert/strict";
import { planOrders, stockFor, stories } from "./stories.ts";

Deno.test("forty orders tell every story, in its share", () => {
  const planned = planOrders(40);
  for (const story of stories) {
    assert.equal(planned.filter((order) => order.story === story).length, story.share, story.title);
  }
  assert.equal(new Set(planned.map(({ orderId }) => orderId)).size, 40);
});

Deno.test("there is enough of everything but what is to run out", () => {
  const planned = planOrders(100);
  const wanted = new Map<string, number>();
  for (const { sku, quantity } of planned.flatMap(({ placement }) => placement.lines ?? [])) {
    wanted.set(sku, (wanted.get(sku) ?? 0) + quantity);
  }
  const short = [...stockFor(planned)].filter(([sku, pieces]) => pieces < (wanted.get(sku) ?? 0));
  assert.deepEqual(short, [["TEAPOT", 1], ["LAST-YEARS-TEA", 1]]);
});

Deno.test("where nobody frees what is stuck, no order gets stuck", () => {
  const planned = planOrders(100, { isOperated: false });
  assert.deepEqual(planned.filter(({ story }) => story.needsOperator), []);
  assert.equal(new Set(planned.map(({ story }) => story.title)).size, stories.length - 1);
});
