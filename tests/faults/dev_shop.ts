import assert from "node:assert/strict";
import { within } from "@headwater/testing";
import { ShopClient } from "@shop/judge";
import { type DevProcess, type RunningDev, startDev } from "./dev_process.ts";

/** A shop in `deno task dev` that ends and comes back, and a client that takes it as one. */
export type DevShop = AsyncDisposable & {
  readonly client: ShopClient;
  readonly process: DevProcess;
  /** As it is now; throws while it has ended. */
  readonly running: RunningDev;
  /** kill -9. Requests under way break, new ones find nobody. */
  kill(): Promise<void>;
  /** Again, on the same data, once it has ended. */
  start(): Promise<void>;
};

export async function openDevShop(directory: string): Promise<DevShop> {
  let process = startDev(directory);
  let running: RunningDev | undefined;

  async function ready(): Promise<void> {
    running = await process.ready();
    process.over.then(() => running = undefined);
  }
  try {
    await ready();
  } catch (error) {
    await process[Symbol.asyncDispose]();
    throw error;
  }
  return {
    client: new ShopClient({
      patienceMs: 60_000,
      shop(request) {
        // What a client gets from a port where nobody listens. The old one may be somebody else's by now
        if (!running) throw new TypeError("Cannot reach the shop: it is closed");
        const { pathname, search } = new URL(request.url);
        return within(
          `the answer to ${request.method} ${pathname}`,
          fetch(new Request(`${running.url}${pathname}${search}`, request)),
        );
      },
    }),
    get process() {
      return process;
    },
    get running() {
      assert.ok(running, "the shop is closed");
      return running;
    },
    async kill() {
      const killed = running?.kill();
      running = undefined;
      await killed;
    },
    async start() {
      process = startDev(directory);
      await ready();
    },
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}
