import {
  goOn,
  outcomesOf,
  placeOrders,
  type PlannedOrder,
  planOrders,
  receiveStock,
  stockFor,
} from "@shop/demo";
import { type ShopClient } from "@shop/judge";

/** What a shop goes through: orders of every outcome by many customers at once. */
export type ShopLoad = {
  readonly orders: readonly PlannedOrder[];
  /** Stock comes and orders are placed; resolves when every command was acknowledged. */
  place(): Promise<void>;
  /** What happens to orders later: they are dispatched, delivered, cancelled. */
  goOn(): Promise<void>;
  /** Resolves when every customer was told how the order ended, so far. */
  everybodyTold(): Promise<void>;
  /** Resolves when every order has ended as its story goes. */
  endsAsTold(): Promise<void>;
};

type Order = { readonly orderId: string; readonly status: string };

export function loadOf(
  client: ShopClient,
  { orders: total }: { readonly orders: number },
): ShopLoad {
  const orders = planOrders(total, { isOperated: false });
  return {
    orders,
    async place() {
      await receiveStock(client, stockFor(orders));
      await placeOrders(client, orders);
    },
    goOn: () => goOn(client, orders),
    everybodyTold: () =>
      untilProgressEnds("every customer to be told", async () => {
        const [found, notifications] = await Promise.all([
          client.all("/api/orders"),
          client.all("/api/notifications"),
        ]);
        const told = new Set(notifications.map(({ orderId, kind }) => `${orderId} ${kind}`));
        return orders.length - found.filter((order) => told.has(lastWord(order))).length;
      }),
    endsAsTold: () =>
      untilProgressEnds("every story to end as it is told", async () => {
        const outcomes = outcomesOf(orders, await client.all("/api/orders"));
        return outcomes.filter(({ asTold }) => !asTold).length;
      }),
  };
}

function lastWord({ orderId, status }: Order): string {
  return `${orderId} ${status === "cancelled" ? "order-cancelled" : "order-confirmed"}`;
}

/** How long nothing may get better. */
const patienceMs = 60_000;

/** Resolves when nothing is left; fails when it does not get less for a long time. */
async function untilProgressEnds(what: string, countLeft: () => Promise<number>): Promise<void> {
  let least = Infinity;
  for (let progressedAt = performance.now();;) {
    const left = await countLeft();
    if (left === 0) return;
    if (left < least) progressedAt = performance.now();
    least = Math.min(least, left);
    if (performance.now() - progressedAt > patienceMs) {
      throw new Error(`Cannot wait any longer for ${what}: ${left} are left`);
    }
  }
}
