import assert from "node:assert/strict";
import type { Service } from "@headwater/core";
import { within } from "@headwater/testing";
import { ShopClient } from "@shop/judge";
import { type DevOptions, type DevProcess, type RunningDev, startDev } from "./dev_process.ts";

/** A shop in `deno task dev` that ends and comes back, and a client that takes it as one. */
export type DevShop = AsyncDisposable & {
  readonly client: ShopClient;
  /** Its gateway, wherever that is at the moment: for clients of one's own. */
  readonly service: Service;
  readonly process: DevProcess;
  /** As it is now; throws while it has ended. */
  readonly running: RunningDev;
  /** kill -9. Requests under way break, new ones find nobody. */
  kill(): Promise<void>;
  /** Again, on the same data, once it has ended. */
  start(): Promise<void>;
};

export async function openDevShop(
  directory: string,
  options: DevOptions = {},
): Promise<DevShop> {
  let process = startDev(directory, options);
  let running: RunningDev | undefined;

  function service(request: Request): Promise<Response> {
    // What a client gets from a port where nobody listens. The old one may be somebody else's by now
    if (!running || process.isOver) throw new TypeError("Cannot reach the shop: it is closed");
    const { pathname, search } = new URL(request.url);
    return within(
      `the answer to ${request.method} ${pathname}`,
      fetch(new Request(`${running.url}${pathname}${search}`, request)),
    );
  }
  try {
    running = await process.ready();
  } catch (error) {
    await process[Symbol.asyncDispose]();
    throw error;
  }
  return {
    client: new ShopClient({ patienceMs: 60_000, shop: service }),
    service,
    get process() {
      return process;
    },
    get running() {
      assert.ok(running && !process.isOver, "the shop is closed");
      return running;
    },
    async kill() {
      const killed = running?.kill();
      running = undefined;
      await killed;
    },
    async start() {
      process = startDev(directory, options);
      running = await process.ready();
    },
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}
