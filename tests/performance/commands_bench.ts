import { openEventLog } from "@headwater/event-store";
import { type Aggregate, defineEvents, type Repository, repository } from "@headwater/core";
import { z } from "zod";
import type { Benchmark, BenchmarkCase, OpenBenchmark } from "./benchmark.ts";
import {
  type CartCommand,
  type CartEvent,
  cartItem,
  type CartState,
  decideCart,
  emptyCart,
  evolveCart,
} from "./cart.ts";
import { CommandsTwin } from "./commands_twin.ts";
import { ratePerSecond } from "./measure.ts";

/** Commands that lead to one event each, over a file in a temp directory. */
export const commandsBench: Benchmark = { name: "commands", open };

const cartEvents = defineEvents("cart", {
  ItemAdded: z.object({
    cartId: z.string(),
    sku: z.string(),
    quantity: z.int().positive(),
    unitPrice: z.int().nonnegative(),
  }),
  CartConfirmed: z.object({ cartId: z.string() }),
});

const cart: Aggregate<CartCommand, CartEvent, CartState> = {
  name: "cart",
  events: cartEvents,
  commands: {},
  id: ({ data }) => data.cartId,
  initialState: emptyCart,
  decide: decideCart,
  evolve: evolveCart,
};

type Carts = Repository<CartCommand, CartState>;

async function open(): Promise<OpenBenchmark> {
  const folder = await Deno.makeTempDir({ prefix: "headwater-bench-" });
  const log = openEventLog({ path: `${folder}/headwater.db` });
  const carts = repository(cart, { log });
  const twin = new CommandsTwin(`${folder}/twin.db`);
  return {
    cases: [
      ...[1, 10].map((inFlight): BenchmarkCase => ({
        name: inFlight === 1 ? "new streams" : `${inFlight} in flight`,
        unit: "commands/s",
        headwater: (ms) =>
          ratePerSecond(() => addItem(carts, { cartId: newCart(), n: 0 }), { ms, inFlight }),
        twin: async (ms) =>
          inFlight * await ratePerSecond(() => {
            const added = Array.from({ length: inFlight }, newCart);
            return twin.handle(added.map((cartId) => ({ cartId, n: 0 })));
          }, { ms, inFlight: 1 }),
      })),
      ...[0, 400].map((from): BenchmarkCase => ({
        name: `growing stream, ${from} to ${from + 100}`,
        unit: "commands/s",
        headwater: (ms) => growthRate((item) => addItem(carts, item), { ms, from }),
        twin: (ms) => growthRate((item) => twin.handle([item]), { ms, from }),
      })),
    ],
    async [Symbol.asyncDispose]() {
      await log[Symbol.asyncDispose]();
      twin[Symbol.dispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function addItem(
  carts: Carts,
  { cartId, n }: { readonly cartId: string; readonly n: number },
): Promise<unknown> {
  const commandId = crypto.randomUUID();
  return carts.handle(
    { type: "AddItem", data: cartItem(cartId, n) },
    { commandId, correlationId: commandId },
  );
}

/** Grows one stream after the other, one command at a time; the rate of the hundred that begins at `from`. */
async function growthRate(
  handle: (item: { readonly cartId: string; readonly n: number }) => Promise<unknown>,
  { ms, from }: { readonly ms: number; readonly from: number },
): Promise<number> {
  const end = performance.now() + ms;
  let measured = 0;
  let took = 0;
  while (performance.now() < end) {
    const cartId = newCart();
    for (let n = 0; n < from; n++) await handle({ cartId, n });
    const start = performance.now();
    for (let n = from; n < from + 100; n++) await handle({ cartId, n });
    took += performance.now() - start;
    measured += 100;
  }
  return measured / took * 1000;
}

function newCart(): string {
  return crypto.randomUUID();
}
