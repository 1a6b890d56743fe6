import type { Evidence } from "./evidence.ts";
import type { PlainEvent } from "./plain_event.ts";
import { count, type Verdict, verdict } from "./verdict.ts";

type Stock = { received: number; available: number; reserved: number; shipped: number };

/**
 * 3. Per SKU: received = available + reserved + shipped; never negative. What the log adds up to is what the shop says
 * it has.
 */
export function judgeStock({ events, answers }: Evidence): Verdict {
  const offenders: string[] = [];
  const stock = new Map<string, Stock>();
  const reservations = new Map<string, number>();
  for (const event of events) {
    const { sku } = event.data;
    if (sku === undefined || !(event.type in effects)) continue;
    const item = stock.get(sku) ?? { received: 0, available: 0, reserved: 0, shipped: 0 };
    stock.set(sku, item);
    const negative = apply(event, { item, reservations });
    if (negative !== undefined) {
      offenders.push(`"${sku}" had ${negative} after ${event.type} at position ${event.position}`);
    }
  }
  for (const [sku, { available, reserved }] of answers ? stock : []) {
    const told = answers?.items.get(sku);
    const onHand = available + reserved;
    if (told?.available === available && told.reserved === reserved && told.onHand === onHand) {
      continue;
    }
    const shown =
      `${told?.onHand} on hand, ${told?.reserved} reserved, ${told?.available} available`;
    offenders.push(`"${sku}" has ${available} available and ${reserved} reserved; shown: ${shown}`);
  }
  const received = [...stock.values()].reduce((sum, item) => sum + item.received, 0);
  return verdict("stock adds up and is never negative", {
    counted: `${count(stock.size, "SKU")}, ${count(received, "piece")} received`,
    offenders,
  });
}

/** What a piece of stock does to the four sums, and to its order's reservation. */
const effects: Readonly<Record<string, Partial<Stock>>> = {
  StockReceived: { received: 1, available: 1 },
  StockReserved: { available: -1, reserved: 1 },
  StockReleased: { available: 1, reserved: -1 },
  StockShipped: { reserved: -1, shipped: 1 },
};

/** Says what became negative. */
function apply(
  { type, data }: PlainEvent,
  { item, reservations }: {
    readonly item: Stock;
    readonly reservations: Map<string, number>;
  },
): string | undefined {
  const quantity = data.quantity ?? 0;
  const effect = effects[type] ?? {};
  for (const name of Object.keys(item) as (keyof Stock)[]) {
    item[name] += (effect[name] ?? 0) * quantity;
  }
  const reservation = `${data.orderId}/${data.sku}`;
  const held = (reservations.get(reservation) ?? 0) + (effect.reserved ?? 0) * quantity;
  if (data.orderId !== undefined) reservations.set(reservation, held);
  if (data.orderId !== undefined && held < 0) return `${held} reserved for "${data.orderId}"`;
  return quantity < 0 ? `${quantity} moved` : Object.entries(item)
    .filter(([, pieces]) => pieces < 0)
    .map(([name, pieces]) => `${pieces} ${name}`)[0];
}
