import assert from "node:assert/strict";
import { outcomesOf } from "./outcome.ts";
import { planOrders, stories } from "./stories.ts";

const planned = planOrders(40);

Deno.test("stories that went as they are told", () => {
  const outcomes = outcomesOf(planned, ended());
  assert.deepEqual(outcomes.map(({ story }) => story), stories);
  assert.deepEqual(outcomes.filter(({ asTold }) => !asTold), []);
  const [race] = outcomes.filter(({ story }) => story.winners !== undefined);
  assert.deepEqual([...race?.byStatus ?? []], [["confirmed", 1], ["cancelled", 2]]);
  assert.deepEqual(race?.reasons, ["stock-insufficient"]);
});

Deno.test("an order that ended otherwise, or is not there, spoils its story", () => {
  const delivered = planned.find(({ story }) => story.title === "delivered");
  const others = ended().filter(({ orderId }) => orderId !== delivered?.orderId);
  const spoilt = (orders: ReturnType<typeof ended>) =>
    outcomesOf(planned, orders).filter(({ asTold }) => !asTold).map(({ story }) => story.title);
  assert.deepEqual(spoilt(others), ["delivered"]);
  const shipped = { orderId: delivered?.orderId ?? "", status: "shipped" };
  assert.deepEqual(spoilt([...others, shipped]), ["delivered"]);
});

Deno.test("two winners of the last piece spoil its story", () => {
  const orders = ended().map((order) =>
    order.reason === "stock-insufficient" ? { ...order, status: "confirmed" } : order
  );
  const spoilt = outcomesOf(planned, orders).filter(({ asTold }) => !asTold);
  assert.ok(spoilt.some(({ story }) => story.winners === 1));
});

/** As the stories go. */
function ended(): { orderId: string; status: string; reason?: string }[] {
  let winners = 0;
  return planned.map(({ orderId, story }) => {
    const lost = story.winners !== undefined && winners++ >= story.winners;
    return lost
      ? { orderId, status: "cancelled", reason: "stock-insufficient" }
      : { orderId, status: story.ends };
  });
}
