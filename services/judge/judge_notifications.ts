import type { Evidence } from "./evidence.ts";
import { isFinal, type OrderFacts, orderFacts, stands } from "./order_facts.ts";
import { count, type Verdict, verdict } from "./verdict.ts";

/** 7. Each notification was sent once per order and kind; and every customer was told how the order ended. */
export function judgeNotifications({ events, stuck, answers }: Evidence): Verdict {
  const orders = [...orderFacts(events).values()];
  const sent = orders.flatMap(({ orderId, events }) =>
    events.filter(({ type }) => type === "NotificationSent")
      .map(({ data }) => ({ orderId, kind: String(data.kind) }))
  );
  const offenders = [
    ...repeated(sent).map((notification) => `${notification} was sent more than once`),
    ...orders.filter((order) => !stuck.has(order.orderId)).flatMap(untold),
  ];
  if (answers) {
    const [told, shown] = [sent, answers.notifications].map((list) => list.map(nameOf).toSorted());
    if (told?.join() !== shown?.join()) {
      offenders.push(`${sent.length} were sent and ${answers.notifications.length} others shown`);
    }
  }
  return verdict("every customer was told, once", {
    counted: count(sent.length, "notification"),
    offenders,
  });
}

function untold(order: OrderFacts): readonly string[] {
  if (!isFinal(order)) return [];
  const kind = stands(order) ? "order-confirmed" : "order-cancelled";
  const told = order.events.some(({ type, data }) =>
    type === "NotificationSent" && data.kind === kind
  );
  return told ? [] : [`${nameOf({ orderId: order.orderId, kind })} was never sent`];
}

type Notification = { readonly orderId: string; readonly kind: string };

function repeated(notifications: readonly Notification[]): string[] {
  return [...Map.groupBy(notifications, nameOf)]
    .filter(([, same]) => same.length > 1)
    .map(([name]) => name);
}

function nameOf({ orderId, kind }: Notification): string {
  return `"${kind}" of order "${orderId}"`;
}
