import { time } from "@headwater/core";
import { within } from "@headwater/testing";
import { goOn, placeOrders, type PlannedOrder } from "@shop/demo";
import { sendPatiently, type ShopClient } from "@shop/judge";
import { until } from "./until.ts";

/** Customers who order, wait until they are told what came of it, do what their story says, and order again. */
export type Customers = AsyncDisposable & {
  /** Orders of this phase that were placed so far. */
  readonly placed: number;
  /** When the last one was acknowledged, as `performance.now()` counts. */
  readonly placedAt: number;
  /** Resolves when every one of these stories was lived through. */
  live(orders: readonly PlannedOrder[]): Promise<void>;
};

const lookEveryMs = 200;
/** What a page holds. No more messages come between two looks, as long as there are not more customers than half of it. */
const newest = 200;
/** As long as nobody is to wait, whatever happens. */
const longestWaitMs = 300_000;

export function gatherCustomers(
  client: ShopClient,
  { number, signal }: { readonly number: number; readonly signal: AbortSignal },
): Customers {
  const gone = new AbortController();
  const waiting = new Map<string, () => void>();
  let placed = 0;
  let placedAt = 0;

  /** Resolves when the customer was told something of the order. */
  async function told(orderId: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.set(orderId, resolve);
    const what = `the customer of order "${orderId}" to be told`;
    return await within(what, promise, { ms: longestWaitMs });
  }
  async function liveOne(order: PlannedOrder): Promise<void> {
    const isTold = told(order.orderId);
    // Its failure is heard when the order was placed
    isTold.catch(() => {});
    await placeOrders(client, [order]);
    placed++;
    placedAt = performance.now();
    await isTold;
    if (order.story.acts?.includes("dispatch")) await hasShipment(order.orderId);
    await goOn(client, [order]);
  }
  /** What the one read model shows another one may not know of yet. */
  async function hasShipment(orderId: string): Promise<void> {
    await until(`the shipment of order "${orderId}"`, async () => {
      const path = `/api/shipments/order/${orderId}`;
      return (await sendPatiently(() => client.query(path), { signal })).status === 200;
    }, { signal });
  }
  /** One looks for all of them: asking the shop for each would cost it as much as some of its work. */
  async function lookAtMessages(): Promise<void> {
    const options = { patienceMs: longestWaitMs, signal: gone.signal };
    for (; !gone.signal.aborted; await time.pause(lookEveryMs, { signal: gone.signal })) {
      if (waiting.size === 0) continue;
      const { status, body } = await sendPatiently(
        () => client.query(`/api/notifications?limit=${newest}`),
        options,
      );
      if (status !== 200) continue;
      for (const { orderId } of body.items) {
        waiting.get(orderId)?.();
        waiting.delete(orderId);
      }
    }
  }
  const looking = lookAtMessages().catch((error) => {
    if (!gone.signal.aborted) throw error;
  });
  return {
    get placed() {
      return placed;
    },
    get placedAt() {
      return placedAt;
    },
    async live(orders) {
      placed = 0;
      let next = 0;
      async function goThrough(): Promise<void> {
        for (let order = orders[next++]; order; order = orders[next++]) {
          signal.throwIfAborted();
          await liveOne(order);
        }
      }
      await Promise.race([Promise.all(Array.from({ length: number }, goThrough)), looking]);
    },
    async [Symbol.asyncDispose]() {
      gone.abort();
      await looking;
    },
  };
}
