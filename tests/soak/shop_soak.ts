import { time } from "@headwater/core";
import { listenForInterruption } from "@headwater/host";
import { type PlannedOrder, planOrders, receiveStock, stockFor } from "@shop/demo";
import { makeDataPlace } from "../faults/data_place.ts";
import { verdictsOn } from "../faults/judge_data.ts";
import { type Customers, gatherCustomers } from "./customers.ts";
import { type Phase, planPhases } from "./fault_plan.ts";
import { readShopOptions, shopHelp, type ShopSoakOptions, type Topology } from "./shop_options.ts";
import { shopReport } from "./shop_report.ts";
import { nameOf, objectionsTo, type PhaseResult, type ShopResult } from "./shop_result.ts";
import { untilAtRest } from "./shop_rest.ts";
import { openSoakedShop, type SoakedShop } from "./soaked_shop.ts";
import { servedAgain, strike, type Struck } from "./strike.ts";

/** How many order at the same time: as many as share a commit of the log, and as a service takes calls at once. */
const customersAtATime = 64;
/** What V8's old space of each process may take: small, so that caches fill and what leaks is seen. */
const heapMb = 256;

type Run = {
  readonly options: ShopSoakOptions;
  readonly signal: AbortSignal;
};

/** `deno task soak shop`. Resolves with the exit code: 0 all is well, 1 not, 2 not understood, 130 interrupted. */
export async function soakShop(args: readonly string[]): Promise<number> {
  const options = readShopOptions(args);
  if (typeof options === "string") {
    write(Deno.stderr, `${options}\n`);
    return 2;
  }
  if (options.help) {
    write(Deno.stdout, shopHelp);
    return 0;
  }
  using interruption = listenForInterruption();
  const { signal } = interruption;
  let isWell = true;
  try {
    for (const topology of options.topologies) {
      const result = await soakOne(topology, { options, signal });
      const given = { seed: options.seed, customers: customersAtATime, heapMb };
      write(Deno.stdout, `${shopReport(result, given).join("\n")}\n`);
      isWell &&= objectionsTo(result).length === 0;
    }
  } catch (error) {
    if (signal.aborted) {
      write(Deno.stderr, "Interrupted: everything was stopped and removed\n");
      return 130;
    }
    write(Deno.stderr, `It happened with --seed ${options.seed}\n`);
    throw error;
  }
  return isWell ? 0 : 1;
}

async function soakOne(
  topology: Topology,
  { options, signal }: Run,
): Promise<ShopResult> {
  const { orders: total, seed } = options;
  progress(`${total} orders, ${topology}, seed ${seed}`);
  const orders = planOrders(total, { isOperated: false });
  await using place = await makeDataPlace();
  const split = topology === "split";
  await using shop = await openSoakedShop(place.directory, { split, heapMb, signal });
  const lived = await live({ shop, orders, signal }, seed).catch((error) => {
    progress(shop.lastWords.join(""));
    throw error;
  });
  await shop.dev.process.stop();
  await place.deserted();
  progress("Judging …");
  const verdicts = await verdictsOn(place.directory, shop.client);
  return { ...lived, topology, orders, lost: shop.lost, verdicts };
}

async function live(
  { shop, orders, signal }: Scene,
  seed: number,
): Promise<Pick<ShopResult, "startedAt" | "memory" | "phases" | "restart">> {
  const startedAt = performance.now();
  const memory = await shop.measure();
  await receiveStock(shop.client, stockFor(orders));
  const phases: PhaseResult[] = [];
  await using customers = gatherCustomers(shop.client, { number: customersAtATime, signal });
  for (const phase of planPhases({ orders: orders.length, processes: shop.processes, seed })) {
    const result = await runPhase(phase, { shop, customers, orders, signal });
    const soFar = `${nameOf(phase)} of the orders after ${seconds(performance.now() - startedAt)}`;
    progress(`${soFar}, at rest after ${seconds(result.restMs)}`);
    phases.push(result);
  }
  return { startedAt, memory, phases, restart: await restartAll({ shop, orders, signal }) };
}

type Scene = {
  readonly shop: SoakedShop;
  readonly orders: readonly PlannedOrder[];
  readonly signal: AbortSignal;
};

async function runPhase(
  phase: Phase,
  { shop, customers, orders, signal }: Scene & { readonly customers: Customers },
): Promise<PhaseResult> {
  const beganAt = performance.now();
  let isLived = false;
  const living = customers.live(orders.slice(phase.firstOrder, phase.endOrder))
    .finally(() => isLived = true);
  // Its failure is heard when the faults are over
  living.catch(() => {});
  const struck: Struck[] = [];
  for (const { afterPlaced, pauseMs, ...fault } of phase.faults) {
    while (!isLived && customers.placed < afterPlaced) await time.pause(5, { signal });
    await time.pause(pauseMs, { signal });
    const one = await strike(shop, fault, { signal });
    progress(`${fault.act} ${fault.victim}, served again after ${seconds(one.servedAgainMs)}`);
    struck.push(one);
  }
  // On a busy machine it may take longer than anybody waits for rest
  await living;
  const placed = orders.slice(0, phase.endOrder);
  const ended = await untilAtRest(shop, { placed, onWait: progress, signal });
  const restAt = performance.now();
  const last = struck.at(-1);
  const overAt = Math.max(customers.placedAt, last ? last.at + last.servedAgainMs : 0);
  const taken = shop.take();
  return {
    ...taken,
    phase,
    ms: restAt - beganAt,
    struck,
    restMs: restAt - overAt,
    ended,
    memory: await shop.measure(),
  };
}

async function restartAll(
  { shop, orders, signal }: Scene,
): Promise<ShopResult["restart"]> {
  const killedAt = performance.now();
  await Promise.all(shop.processes.map((process) => shop.kill(process)));
  await servedAgain(shop, { signal });
  const servedAt = performance.now();
  await untilAtRest(shop, { placed: orders, onWait: progress, signal });
  return { servedAgainMs: servedAt - killedAt, restMs: performance.now() - servedAt };
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

/** Beside the results, so that those can be piped on. */
function progress(line: string): void {
  write(Deno.stderr, `${line}\n`);
}

function write(stream: typeof Deno.stdout, text: string): void {
  stream.writeSync(new TextEncoder().encode(text));
}
