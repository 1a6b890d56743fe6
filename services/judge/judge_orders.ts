import type { Evidence } from "./evidence.ts";
import { isFinal, type OrderFacts, orderFacts, stands, sumOf } from "./order_facts.ts";
import { count, type Verdict, verdict } from "./verdict.ts";

/**
 * 2. Every order ends confirmed, shipped or delivered with stock reserved or shipped and payment charged once, or
 * cancelled with no stock held and no money kept; none is left between, unless its saga is listed as stuck.
 */
export function judgeOrders({ events, stuck, answers }: Evidence): Verdict {
  const orders = orderFacts(events);
  const offenders: string[] = [];
  for (const order of orders.values()) {
    if (!isFinal(order) && stuck.has(order.orderId)) continue;
    const objection = isFinal(order)
      ? objectionToStock(order) ?? objectionToMoney(order)
      : `is left "${order.status}"`;
    if (objection !== undefined) offenders.push(`order "${order.orderId}" ${objection}`);
  }
  if (answers) {
    const placed = [...orders.values()].filter(({ quantities }) => quantities.size > 0);
    const told = new Map(answers.orders.map(({ orderId, status }) => [orderId, status]));
    for (const { orderId, status } of placed) {
      if (told.get(orderId) === status) continue;
      offenders.push(`order "${orderId}" is "${status}" and shown as "${told.get(orderId)}"`);
    }
    if (answers.orders.length !== placed.length) {
      offenders.push(`${count(answers.orders.length, "order")} shown of ${placed.length}`);
    }
  }
  const listed = [...orders.values()].filter((order) => !isFinal(order)).length;
  return verdict("every order came to an end", {
    counted: `${count(orders.size, "order")}${listed > 0 ? `, ${listed} of them stuck` : ""}`,
    offenders,
  });
}

function objectionToStock(order: OrderFacts): string | undefined {
  const touched = order.events.map(({ data }) => data.sku).filter((sku) => sku !== undefined);
  for (const sku of new Set([...order.quantities.keys(), ...touched])) {
    const [taken, released, shipped] = ["StockReserved", "StockReleased", "StockShipped"]
      .map((type) => sumOf(order, { type, field: "quantity", sku }));
    const ordered = order.quantities.get(sku) ?? 0;
    const held = Number(taken) - Number(released);
    const expected = stands(order) ? ordered : 0;
    if (held !== expected) return `is "${order.status}" and has ${held} of "${sku}"`;
    const left = order.status === "shipped" || order.status === "delivered";
    if (left ? shipped !== ordered : shipped !== 0 && shipped !== expected) {
      return `is "${order.status}" and ${shipped} of "${sku}" left the house`;
    }
  }
  return undefined;
}

function objectionToMoney(order: OrderFacts): string | undefined {
  const charged = sumOf(order, { type: "PaymentCharged", field: "amount" });
  const kept = charged - sumOf(order, { type: "PaymentRefunded", field: "amount" });
  const expected = stands(order) ? order.total : 0;
  return kept === expected ? undefined : `is "${order.status}" and ${kept} of its money is kept`;
}
