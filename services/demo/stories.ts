import type { Placement } from "@shop/judge";

/** What somebody does to an order, beside placing it. */
export type Act =
  | "cancel-at-once"
  | "repeat-at-once"
  | "cancel-later"
  | "dispatch"
  | "deliver"
  | "cancel-too-late";

export type Story = {
  readonly title: string;
  /** Of every forty orders. */
  readonly share: number;
  readonly placement: Placement;
  readonly acts?: readonly Act[];
  /** The status that its orders end with. */
  readonly ends: string;
  /** It stands still until an operator frees it. */
  readonly needsOperator?: true;
  /** So many of them; for the others there is not enough, they are cancelled. */
  readonly winners?: number;
};

/** What every basket may hold: there is plenty of each. */
const goods = [
  { sku: "TEA", unitPrice: 450 },
  { sku: "COFFEE", unitPrice: 890 },
  { sku: "MUG", unitPrice: 1_200 },
  { sku: "KETTLE", unitPrice: 3_950 },
];

/** In demand by everybody at once, and not enough of it. */
const lastOnes = 1;
const rarity = { sku: "TEAPOT", unitPrice: 24_000 };

const soldOut = { sku: "LAST-YEARS-TEA", quantity: 2, unitPrice: 300 };

const customers = ["ada", "ben", "chidi", "dana", "elif", "farid", "greta"];

/** Nobody delivers there. */
const beach = {
  ...{ name: "Robinson Crusoe", line1: "The beach", city: "Island" },
  ...{ postalCode: "00000", country: "XX" },
};

export const stories: readonly Story[] = [
  { title: "delivered", share: 4, placement: {}, acts: ["dispatch", "deliver"], ends: "delivered" },
  { title: "shipped", share: 3, placement: {}, acts: ["dispatch"], ends: "shipped" },
  { title: "confirmed", share: 4, placement: {}, ends: "confirmed" },
  {
    title: "everybody wants the last one",
    share: 3,
    placement: { lines: [{ ...rarity, quantity: 1 }] },
    ends: "confirmed",
    winners: lastOnes,
  },
  {
    title: "second product runs out",
    share: 3,
    placement: { lines: [{ sku: "TEA", quantity: 1, unitPrice: 450 }, soldOut] },
    ends: "cancelled",
  },
  {
    title: "payment declined",
    share: 3,
    placement: { paymentMethod: "pm_declined" },
    ends: "cancelled",
  },
  {
    title: "payment provider flaky",
    share: 3,
    placement: { paymentMethod: "pm_flaky" },
    ends: "confirmed",
  },
  {
    title: "payment provider never answers",
    share: 2,
    placement: { paymentMethod: "pm_timeout" },
    ends: "confirmed",
  },
  {
    title: "payment booked after its time was over",
    share: 1,
    placement: { paymentMethod: "pm_late" },
    ends: "confirmed",
  },
  {
    title: "cancelled before a late payment was booked",
    share: 1,
    placement: { paymentMethod: "pm_late" },
    acts: ["cancel-at-once"],
    ends: "cancelled",
  },
  {
    title: "payment provider down",
    share: 2,
    placement: { paymentMethod: "pm_down" },
    ends: "cancelled",
  },
  {
    title: "address undeliverable",
    share: 3,
    placement: {
      shippingAddress: beach,
    },
    ends: "cancelled",
  },
  {
    title: "refund held until an operator retries",
    share: 1,
    placement: { paymentMethod: "pm_held", shippingAddress: beach },
    ends: "cancelled",
    needsOperator: true,
  },
  {
    title: "cancelled before confirmation",
    share: 2,
    // Its payment takes long enough for the customer to come to their senses.
    placement: { paymentMethod: "pm_timeout" },
    acts: ["cancel-at-once"],
    ends: "cancelled",
  },
  {
    title: "cancelled after confirmation",
    share: 2,
    placement: {},
    acts: ["cancel-later"],
    ends: "cancelled",
  },
  {
    title: "cancelled when it had left",
    share: 1,
    placement: {},
    acts: ["dispatch", "cancel-too-late"],
    ends: "shipped",
  },
  {
    title: "sent twice by an impatient client",
    share: 2,
    placement: {},
    acts: ["repeat-at-once"],
    ends: "confirmed",
  },
];

export type PlannedOrder = {
  readonly orderId: string;
  readonly story: Story;
  readonly placement: Placement;
};

/** `total` orders, every story among them from forty on, mixed, with baskets of all kinds. */
export function planOrders(
  total: number,
  { isOperated = true }: {
    /** Somebody frees those that are stuck; else there are none. */
    readonly isOperated?: boolean;
  } = {},
): readonly PlannedOrder[] {
  const told = stories.filter(({ needsOperator }) => isOperated || !needsOperator);
  const forty = mixed(told.flatMap((story) => Array<Story>(story.share).fill(story)));
  return Array.from({ length: total }, (_, index) => {
    const story = forty[index % forty.length]!;
    const orderId = `order${String(index + 1).padStart(3, "0")}`;
    const customerId = customers[index % customers.length]!;
    return {
      orderId,
      story,
      placement: { orderId, customerId, ...basket(index), ...story.placement },
    };
  });
}

/** An order of one story. Errors: there is no such story. */
export function planOrder(title: string, orderId: string): PlannedOrder {
  const story = stories.find((each) => each.title === title);
  if (!story) throw new Error(`Cannot plan an order of story "${title}": there is none`);
  const placement = { orderId, customerId: customers[0]!, ...basket(0), ...story.placement };
  return { orderId, story, placement };
}

/** What has to be in the house for these orders, by SKU. */
export function stockFor(orders: readonly PlannedOrder[]): ReadonlyMap<string, number> {
  const stock = new Map(goods.map(({ sku }) => [sku, 0]));
  for (const { placement } of orders) {
    for (const { sku, quantity } of placement.lines ?? []) {
      if (stock.has(sku)) stock.set(sku, (stock.get(sku) ?? 0) + quantity);
    }
  }
  return stock.set(rarity.sku, lastOnes).set(soldOut.sku, 1);
}

/** One to three products. */
function basket(index: number): Placement {
  const lines = Array.from({ length: 1 + index % 3 }, (_, line) => ({
    ...goods[(index + line) % goods.length]!,
    quantity: 1 + (index + line) % 4,
  }));
  return { lines };
}

/** Every 17th of them, round and round: 17 has no common divisor with 40, nor with 39. */
function mixed<Item>(items: readonly Item[]): Item[] {
  return items.map((_, index) => items[(index * 17) % items.length]!);
}
