import { type PlannedOrder, stories, type Story } from "./stories.ts";

/** An order as the shop shows it in the end. */
export type EndedOrder = {
  readonly orderId: string;
  readonly status: string;
  readonly reason?: string;
};

export type Outcome = {
  readonly story: Story;
  readonly orders: number;
  readonly byStatus: ReadonlyMap<string, number>;
  readonly reasons: readonly string[];
  /** Its orders ended as the story goes. */
  readonly asTold: boolean;
};

/** What became of each story, in the order in which they are told. */
export function outcomesOf(
  planned: readonly PlannedOrder[],
  ended: readonly EndedOrder[],
): readonly Outcome[] {
  const found = new Map(ended.map((order) => [order.orderId, order]));
  const byStory = Map.groupBy(planned, ({ story }) => story);
  return stories.filter((story) => byStory.has(story)).map((story) => {
    const own = byStory.get(story) ?? [];
    const orders = own.map(({ orderId }) => found.get(orderId));
    const byStatus = countBy(orders.map((order) => order?.status ?? "lost"));
    const reasons = orders.map((order) => order?.reason).filter((reason) => reason !== undefined);
    return {
      story,
      orders: own.length,
      byStatus,
      reasons: [...new Set(reasons)],
      asTold: isAsTold(story, byStatus, { orders: own.length }),
    };
  });
}

export function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(
    [...Map.groupBy(names, (name) => name)].map(([name, { length }]) => [name, length]),
  );
}

function isAsTold(
  { ends, winners }: Story,
  byStatus: ReadonlyMap<string, number>,
  { orders }: { readonly orders: number },
): boolean {
  const expected = Math.min(winners ?? orders, orders);
  return byStatus.get(ends) === expected &&
    (byStatus.get("cancelled") ?? 0) === (ends === "cancelled" ? orders : orders - expected);
}
