import fc from "fast-check";
import assert from "node:assert/strict";
import { type Chances, seededRandom } from "@shop/demo";
import { assertShopInvariants } from "./shop_invariants.ts";
import { SimulatedShop } from "./simulated_shop.ts";

const skus = ["SKU1", "SKU2", "SKU3"];
const rarePaymentMethods = ["pm_declined", "pm_flaky", "pm_timeout", "pm_late", "pm_down"];
/** Far more than a simulation needs: beyond it, it goes round in circles. */
const mostMoments = 20_000;

Deno.test("the shop comes to rest in order, whatever happens in whatever sequence", () => {
  fc.assert(fc.property(fc.nat(), simulate), { numRuns: 300, endOnFailure: true });
});

/** To replay a failure: `simulate(seed)` with the number that it printed. */
function simulate(seed: number): void {
  const chances = seededRandom(seed);
  const shop = new SimulatedShop(chances);
  try {
    openShop(shop, chances);
    runToRest(shop, chances);
    assertShopInvariants(shop.log.recorded);
    assertRepeatsChangeNothing(shop);
    assertProviderAgrees(shop);
  } catch (cause) {
    const story = shop.log.recorded.map(({ stream, type, data }) =>
      `${stream.padEnd(50)} ${type} ${JSON.stringify(data)}`
    );
    throw new Error(`Cannot keep the invariants with seed ${seed}: ${cause}\n${story.join("\n")}`, {
      cause,
    });
  }
}

function openShop(shop: SimulatedShop, chances: Chances): void {
  for (const sku of skus) {
    if (chances.happens(0.9)) shop.receive(sku, 1 + chances.whole(20));
  }
  const orders = 1 + chances.whole(4);
  for (let number = 1; number <= orders; number++) {
    shop.place({
      orderId: `order-${number}`,
      customerId: "customer-1",
      currency: "EUR",
      lines: Array.from({ length: 1 + chances.whole(3) }, () => ({
        sku: chances.oneOf(skus),
        quantity: 1 + chances.whole(3),
        unitPrice: chances.whole(1_000),
      })),
      shippingAddress: {
        name: "Ada Lovelace",
        line1: "1 Analytical Way",
        city: "London",
        postalCode: chances.happens(0.1) ? "00000" : "W1S 4BS",
        country: "GB",
      },
      paymentMethod: chances.happens(0.7) ? "pm_ok" : chances.oneOf(rarePaymentMethods),
    });
  }
}

function runToRest(shop: SimulatedShop, chances: Chances): void {
  // Some simulations meddle briefly, others until long after the orders have come to an end.
  const meddling = chances.whole(400);
  const meddlesome = chances.next() ** 2 * 0.4;
  for (let moment = 0; moment < mostMoments; moment++) {
    const unfinished = shop.orderIds.filter((id) => shop.fulfilment.outstanding(id).length > 0);
    const behind = shop.fulfilment.behind();
    const late = shop.payments.late();
    if (moment < meddling && chances.happens(meddlesome)) {
      meddle(shop, chances);
    } else if (behind.length > 0 && chances.happens(0.5)) {
      shop.fulfilment.hear(chances.oneOf(behind));
    } else if (late.length > 0 && chances.happens(0.1)) {
      chances.oneOf(late).charged = true;
    } else if (shop.underway.length > 0 && chances.happens(0.6)) {
      shop.proceed();
    } else if (unfinished.length > 0) {
      const orderId = chances.oneOf(unfinished);
      for (const step of shop.fulfilment.outstanding(orderId)) shop.send(orderId, step);
    } else if (moment >= meddling && behind.length === 0 && shop.underway.length === 0) {
      // What is booked after everything else has come to rest is as good as booked now.
      for (const booked of late) booked.charged = true;
      return;
    }
  }
  const outstanding = shop.orderIds.flatMap((id) => shop.fulfilment.outstanding(id));
  throw new Error(`Cannot come to rest: outstanding is ${JSON.stringify(outstanding)}`);
}

/** What customers, warehouse, carrier and machines do when they like. */
function meddle(shop: SimulatedShop, chances: Chances): void {
  const orderId = chances.oneOf(shop.orderIds);
  const shippable = shop.orderIds.filter((id) => shop.canMove(id));
  const { heard } = shop.fulfilment;
  const listener = chances.whole(heard.length);
  const acts = [
    () => shop.receive(chances.oneOf(skus), 1 + chances.whole(3)),
    // A restart goes on from the place that was last noted, or from the beginning.
    () => heard[listener] = chances.happens(0.2) ? 0 : chances.whole(heard[listener]! + 1),
    () => shop.move("DeliverShipment", orderId),
  ];
  if (chances.happens(0.3)) acts.push(() => shop.requestCancellation(orderId));
  if (shippable.length > 0) {
    acts.push(
      () => shop.move("DispatchShipment", chances.oneOf(shippable)),
      () => shop.move("DeliverShipment", chances.oneOf(shippable)),
      () => shop.requestCancellation(chances.oneOf(shippable)),
    );
  }
  chances.oneOf(acts)();
}

function assertRepeatsChangeNothing(shop: SimulatedShop): void {
  for (const orderId of shop.orderIds) assert.ok(shop.fulfilment.finished(orderId));
  const { length } = shop.log.recorded;
  for (const { orderId, step } of shop.sent.values()) shop.take(orderId, step);
  shop.fulfilment.heard.fill(0);
  while (shop.fulfilment.behind().length > 0) shop.fulfilment.hear(shop.fulfilment.behind()[0]!);
  assert.equal(
    shop.log.recorded.length,
    length,
    "commands and inputs that come again change nothing",
  );
}

function assertProviderAgrees(shop: SimulatedShop): void {
  for (const [orderId, { charged, refunded }] of shop.payments.book) {
    const kept = shop.log.recorded.some(({ type, data }) =>
      type === "PaymentCharged" && (data as { orderId: string }).orderId === orderId
    ) && !shop.log.recorded.some(({ type, data }) =>
      type === "PaymentRefunded" && (data as { orderId: string }).orderId === orderId
    );
    assert.equal(charged && !refunded, kept, `the provider keeps what the log says of ${orderId}`);
  }
}
