import PQueue from "p-queue";
import type { CommandAnswer, ShopClient } from "@shop/judge";
import type { Act, PlannedOrder } from "./stories.ts";

/** Customers at the till at the same time. */
const concurrency = 16;

/** Fills the shelves. */
export async function receiveStock(
  client: ShopClient,
  stock: ReadonlyMap<string, number>,
): Promise<void> {
  await Promise.all([...stock].map(async ([sku, quantity]) => {
    mustBe(await client.receive(sku, { quantity }), {
      status: 202,
      what: `receive ${quantity} of "${sku}"`,
    });
  }));
}

/** Places the orders, and does what their customers do at once. */
export async function placeOrders(
  client: ShopClient,
  orders: readonly PlannedOrder[],
): Promise<void> {
  await forEach(orders, async ({ orderId, placement, story }) => {
    const first = await client.place(placement);
    mustBe(first, { status: 202, what: `place order "${orderId}"` });
    for (const act of story.acts ?? []) {
      if (act === "cancel-at-once") {
        mustBe(await client.cancel(orderId), { status: 202, what: `cancel order "${orderId}"` });
      }
      if (act === "repeat-at-once") {
        const again = await client.place(placement, { key: first.key });
        mustBe(again, { status: 202, what: `repeat order "${orderId}"` });
        if (again.position !== first.position) {
          throw new Error(`Cannot repeat order "${orderId}": it was placed a second time`);
        }
      }
    }
  });
}

/** What happens to confirmed orders later, in this sequence for each. */
export async function goOn(client: ShopClient, orders: readonly PlannedOrder[]): Promise<void> {
  await forEach(orders, async ({ orderId, story }) => {
    for (const act of story.acts ?? []) await doLater(client, { orderId, act });
  });
}

async function doLater(
  client: ShopClient,
  { orderId, act }: { readonly orderId: string; readonly act: Act },
): Promise<void> {
  switch (act) {
    case "cancel-later":
      return mustBe(await client.cancel(orderId), {
        status: 202,
        what: `cancel order "${orderId}"`,
      });
    case "cancel-too-late": {
      const answer = await client.cancel(orderId);
      mustBe(answer, { status: 409, what: `be refused the cancellation of order "${orderId}"` });
      return;
    }
    case "dispatch": {
      const { shipmentId } = await client.get(`/api/shipments/order/${orderId}`);
      return mustBe(await client.dispatch(shipmentId), {
        status: 202,
        what: `dispatch order "${orderId}"`,
      });
    }
    case "deliver": {
      const { shipmentId } = await client.get(`/api/shipments/order/${orderId}`);
      return mustBe(await client.deliver(shipmentId), {
        status: 202,
        what: `deliver order "${orderId}"`,
      });
    }
    case "cancel-at-once":
    case "repeat-at-once":
      return;
  }
}

async function forEach<Item>(
  items: readonly Item[],
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = new PQueue({ concurrency });
  await queue.addAll(items.map((item) => () => act(item)));
}

function mustBe(
  answer: CommandAnswer,
  { status, what }: { readonly status: number; readonly what: string },
): void {
  if (answer.status === status) return;
  throw new Error(`Cannot ${what}: ${answer.status} ${JSON.stringify(answer.body)}`);
}
