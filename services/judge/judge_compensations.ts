import type { Evidence } from "./evidence.ts";
import { isFinal, type OrderFacts, orderFacts } from "./order_facts.ts";
import type { PlainEvent } from "./plain_event.ts";
import { count, type Verdict, verdict } from "./verdict.ts";

/** What undoes what. */
const undoneBy: Readonly<Record<string, string>> = {
  StockReserved: "StockReleased",
  PaymentCharged: "PaymentRefunded",
  OrderConfirmed: "OrderConfirmationWithdrawn",
  ShipmentArranged: "ShipmentCancelled",
};

/** 5. Compensations ran in the reverse order of the steps that had completed, each once. */
export function judgeCompensations({ events }: Evidence): Verdict {
  const orders = [...orderFacts(events).values()].filter(isFinal);
  const offenders = orders.flatMap((order) => {
    const objection = objectionTo(order);
    return objection === undefined ? [] : [`order "${order.orderId}" ${objection}`];
  });
  const undone = orders.reduce((sum, order) => sum + compensationsOf(order).length, 0);
  const cancelled = orders.filter(({ status }) => status === "cancelled").length;
  return verdict("compensations ran in reverse order, once", {
    counted: `${count(undone, "compensation")} of ${count(cancelled, "cancelled order")}`,
    offenders,
  });
}

function objectionTo(order: OrderFacts): string | undefined {
  const completed = order.events.filter(({ type }) => type in undoneBy);
  const expected = order.status === "cancelled"
    ? completed.toReversed().map((event) => nameOf(event, undoneBy[event.type]))
    : [];
  const actual = compensationsOf(order).map((event) => nameOf(event));
  if (actual.join() !== expected.join()) {
    return `ran ${listed(actual)}, expected ${listed(expected)}`;
  }
  const end = order.events.findLast(({ type }) => type === "OrderCancelled");
  const late = compensationsOf(order).find(({ position }) => end && position > end.position);
  if (late) return `ran ${nameOf(late)} after it was cancelled`;
  return objectionToSaga(order);
}

/** The saga's own account of what it undid must be the same, but for what it undid to be sure and was never done. */
function objectionToSaga({ events }: OrderFacts): string | undefined {
  const steps = events.filter(({ type }) => type === "StepDone").map(({ data }) => data);
  const done = new Set(steps.map(({ step }) => step));
  const undone = steps.flatMap(({ compensates }) =>
    compensates !== undefined && done.has(compensates) ? [compensates] : []
  );
  const completed = steps.map(({ step = "" }) => step).filter((step) => undone.includes(step));
  return undone.join() === completed.toReversed().join()
    ? undefined
    : `completed ${listed(completed)} and undid ${listed(undone)}`;
}

function compensationsOf({ events }: OrderFacts): readonly PlainEvent[] {
  const compensations = Object.values(undoneBy);
  return events.filter(({ type }) => compensations.includes(type));
}

function nameOf({ type, data }: PlainEvent, name = type): string {
  return data.sku === undefined ? name : `${name} ${data.sku}`;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "nothing" : names.join(", ");
}
