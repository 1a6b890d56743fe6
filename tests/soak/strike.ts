import { time } from "@headwater/core";
import { readModelQueries } from "@shop/demo";
import type { Fault } from "./fault_plan.ts";
import { withChildren } from "./process_list.ts";
import type { SoakedShop } from "./soaked_shop.ts";
import { until } from "./until.ts";

/** What was done to the shop, and what came of it; times in milliseconds. */
export type Struck = {
  readonly fault: Fault;
  /** As `performance.now()` counts. */
  readonly at: number;
  /** From then on until every read model was asked and answered. */
  readonly servedAgainMs: number;
};

/** Does it to the shop, and waits until all is served again. */
export async function strike(
  shop: SoakedShop,
  fault: Fault,
  { signal }: { readonly signal: AbortSignal },
): Promise<Struck> {
  const at = performance.now();
  if (fault.victim === "PostgreSQL") await harmPostgres(shop, fault, { signal });
  else await shop.kill(fault.victim);
  await servedAgain(shop, { signal });
  return { fault, at, servedAgainMs: performance.now() - at };
}

/** Resolves when every read model answers. */
export async function servedAgain(
  { dev }: SoakedShop,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  await until("every read model to answer", async () => {
    const answers = await Promise.all(readModelQueries.map((path) => statusOf(path)));
    return answers.every((status) => status === 200 || status === 404);
  }, { signal });

  async function statusOf(path: string): Promise<number | undefined> {
    try {
      return (await dev.client.query(path)).status;
    } catch (error) {
      // Nobody listens, or the connection broke
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  }
}

/** What PostgreSQL itself is told to do with connections that are open: to end them. */
const fastShutdown = "SIGINT";

async function harmPostgres(
  shop: SoakedShop,
  { act, frozenMs = 0 }: Fault,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const pid = await shop.postmaster();
  if (act === "freeze") return await freeze(pid, frozenMs, signal);
  Deno.kill(pid, act === "kill" ? "SIGKILL" : fastShutdown);
  await until("another PostgreSQL", async () => await shop.postmaster() !== pid, { signal });
}

/** All of its processes: the first one before it can start others. */
async function freeze(postmaster: number, ms: number, signal: AbortSignal): Promise<void> {
  Deno.kill(postmaster, "SIGSTOP");
  const frozen = [postmaster];
  try {
    for (const { pid } of await withChildren(postmaster)) {
      if (pid === postmaster) continue;
      Deno.kill(pid, "SIGSTOP");
      frozen.push(pid);
    }
    await time.pause(ms, { signal });
  } finally {
    for (const pid of frozen.toReversed()) Deno.kill(pid, "SIGCONT");
  }
}
