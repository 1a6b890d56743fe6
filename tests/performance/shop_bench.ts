import { fileURLToPath } from "node:url";
import { basename, resolve } from "node:path";
import type { Benchmark, BenchmarkCase, BenchmarkOptions, OpenBenchmark } from "./benchmark.ts";
import { percentile } from "./measure.ts";
import { type MeasuredShop, startMeasuredShop } from "./measured_shop.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Orders through the whole shop as `deno task dev` runs it, durable, on embedded parts: so many under way all the time,
 * each from its placing to its confirmation; and what placing one takes. CPU time is that of the shop's processes, from the first order to the last
 * customer's notification; PostgreSQL's stands apart, and that of who places the orders is not in it.
 */
export const shopBench: Benchmark = {
  name: "shop",
  withoutPeers: true,
  pace: { rounds: 5, msPerRound: 5_000 },
  open: (options) => Promise.resolve(open(options)),
};

function open({ beside }: BenchmarkOptions): OpenBenchmark {
  const shops = new AsyncDisposableStack();
  const topologies = [{ suffix: "", args: [] }, { suffix: " --split", args: ["--split"] }];
  return {
    cases: topologies.flatMap(({ suffix, args }): BenchmarkCase[] => {
      /** Started when it is wanted: it would disturb the cases before. */
      const startedIn = (folder: string) => {
        let shop: Promise<MeasuredShop> | undefined;
        return async () =>
          await (shop ??= startMeasuredShop({ folder, args }).then((s) => shops.use(s)));
      };
      const own = startedIn(root);
      const other = beside === undefined ? undefined : startedIn(resolve(beside));
      return [1, 16, 64].map((inFlight) => {
        const measured = (shop: typeof own) => measurement(shop, inFlight);
        const name = `confirmed ${inFlight}${suffix}`;
        const placing = `placing ${inFlight}${suffix}`;
        return {
          name,
          unit: "orders/s",
          also: [
            { name: placing, unit: "ms p50" },
            { name: placing, unit: "ms p99" },
            { name: `${name}, CPU`, unit: "ms/order" },
            { name: `${name}, CPU of PostgreSQL`, unit: "ms/order" },
          ],
          headwater: measured(own),
          ...(beside !== undefined && other && { others: { [basename(beside)]: measured(other) } }),
        };
      });
    }),
    [Symbol.asyncDispose]: () => shops.disposeAsync(),
  };
}

function measurement(
  shop: () => Promise<MeasuredShop>,
  inFlight: number,
): BenchmarkCase["headwater"] {
  return async (ms) => {
    const { orders, confirmedMs, placingMs, cpu } = await (await shop()).work({ ms, inFlight });
    return [
      orders / confirmedMs * 1_000,
      percentile(placingMs, 0.5),
      percentile(placingMs, 0.99),
      cpu.own / orders,
      cpu.postgres / orders,
    ];
  };
}
