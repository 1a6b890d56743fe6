import type { Evidence } from "./evidence.ts";
import { countOf, isFinal, type OrderFacts, orderFacts, stands, sumOf } from "./order_facts.ts";
import { count, type Verdict, verdict } from "./verdict.ts";

/**
 * 4. Per order: charged − refunded = total if it stands, 0 if it was cancelled; at most one successful charge.
 * The provider's own book must say the same.
 */
export function judgeMoney(evidence: Evidence): Verdict {
  const orders = [...orderFacts(evidence.events).values()];
  const offenders = orders.flatMap((order) => {
    const objection = objectionTo(order, evidence);
    return objection === undefined ? [] : [`order "${order.orderId}" ${objection}`];
  });
  const kept = orders.reduce((sum, order) => sum + keptOf(order), 0);
  return verdict("money adds up, nobody is charged twice", {
    counted: `${count(orders.length, "order")}, ${kept} minor units kept`,
    offenders,
  });
}

function objectionTo(order: OrderFacts, { provider }: Evidence): string | undefined {
  const charges = countOf(order, "PaymentCharged");
  if (charges > 1) return `was charged ${charges} times`;
  const kept = keptOf(order);
  if (kept < 0) return `was refunded ${-kept} more than it was charged`;
  if (!isFinal(order)) return undefined;
  const expected = stands(order) ? order.total : 0;
  if (kept !== expected) return `is "${order.status}": ${kept} kept, expected ${expected}`;
  for (const paymentId of new Set(order.events.map(({ data }) => data.paymentId))) {
    const entry = paymentId === undefined ? undefined : provider.get(paymentId);
    const keeps = entry !== undefined && entry.charged && !entry.refunded;
    if (keeps && !stands(order)) return `is "${order.status}" and the provider keeps its money`;
    if (entry && !keeps && kept > 0) return `counts on money that the provider does not have`;
  }
  return undefined;
}

function keptOf(order: OrderFacts): number {
  return sumOf(order, { type: "PaymentCharged", field: "amount" }) -
    sumOf(order, { type: "PaymentRefunded", field: "amount" });
}
