import { fileURLToPath } from "node:url";
import { basename, resolve } from "node:path";
import { ShopClient } from "@shop/judge";
import type { Benchmark, BenchmarkOptions, Measurement, OpenBenchmark } from "./benchmark.ts";
import { type MeasuredShop, startMeasuredShop } from "./measured_shop.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** More customers at a time than make a split shop busy on two cores: from 16 on it does no more. */
const saturating = 64;
/** A customer who has waited so long has gone, whatever the shop still does for them. */
const patienceMs = 5_000;

/**
 * What a split shop gets done for those who still wait for it, when twice as many want something as make it busy: orders
 * acknowledged within 5 s, beside the same shop in the same run with half as many customers. What happens to orders later
 * goes on meanwhile, and is behind by more and more, for both alike.
 */
export const overloadBench: Benchmark = {
  name: "overload",
  withoutPeers: true,
  pace: { rounds: 5, msPerRound: 5_000 },
  open: (options) => Promise.resolve(open(options)),
};

function open({ beside }: BenchmarkOptions): OpenBenchmark {
  const shops = new AsyncDisposableStack();
  function goodputOf(folder: string): (inFlight: number) => Measurement {
    let shop: Promise<MeasuredShop> | undefined;
    const started = async () =>
      await (shop ??= startMeasuredShop({ folder, args: ["--split"] }).then((each) =>
        shops.use(each)
      ));
    return (inFlight) => async (ms) => await goodput((await started()).url, { ms, inFlight });
  }
  const own = goodputOf(root);
  const others = new Map([[`${saturating} in flight`, own(saturating)]]);
  if (beside !== undefined) {
    const other = goodputOf(resolve(beside));
    for (const inFlight of [2 * saturating, saturating]) {
      others.set(`${basename(beside)}, ${inFlight} in flight`, other(inFlight));
    }
  }
  return {
    cases: [{
      name: `placed, ${2 * saturating} in flight --split`,
      unit: "orders/s",
      headwater: own(2 * saturating),
      others: Object.fromEntries(others),
    }],
    [Symbol.asyncDispose]: () => shops.disposeAsync(),
  };
}

/** Orders a second, placed by customers who do not repeat what was refused, and hang up when they have waited enough. */
async function goodput(
  url: string,
  { ms, inFlight }: { readonly ms: number; readonly inFlight: number },
): Promise<number> {
  const client = new ShopClient({
    patienceMs: 0,
    shop: (request) =>
      fetch(new Request(request.url.replace("http://shop", url), request), {
        signal: AbortSignal.timeout(patienceMs),
      }),
  });
  const begin = performance.now();
  let placed = 0;
  async function buy(): Promise<void> {
    const lines = [{ sku: `SKU${placed % 100}`, quantity: 1, unitPrice: 1_000 }];
    try {
      const { status } = await client.place({ lines });
      if (status === 202) placed++;
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "TimeoutError")) throw error;
    }
  }
  await Promise.all(Array.from({ length: inFlight }, async () => {
    while (performance.now() - begin < ms) await buy();
  }));
  return placed / (performance.now() - begin) * 1_000;
}
