import { fileURLToPath } from "node:url";
import { basename, resolve } from "node:path";
import { time } from "@headwater/core";
import type { Benchmark, BenchmarkCase, BenchmarkOptions, OpenBenchmark } from "./benchmark.ts";
import { cpuTime } from "./cpu_time.ts";
import { type MeasuredShop, startMeasuredShop } from "./measured_shop.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** So long connections are kept that only its start has needed. */
const settleMs = 30_000;

/** What the shop takes of a core while nobody wants anything of it: all of its processes, PostgreSQL's apart. */
export const idleBench: Benchmark = {
  name: "idle",
  withoutPeers: true,
  // Longer than whatever is done now and then
  pace: { rounds: 3, msPerRound: 60_000 },
  open: (options) => Promise.resolve(open(options)),
};

function open({ beside }: BenchmarkOptions): OpenBenchmark {
  const shops = new AsyncDisposableStack();

  async function settled(folder: string, args: readonly string[]): Promise<MeasuredShop> {
    const shop = shops.use(await startMeasuredShop({ folder, args }));
    await time.pause(settleMs);
    return shop;
  }
  function shareOf(folder: string, args: readonly string[]): BenchmarkCase["headwater"] {
    let starting: Promise<MeasuredShop> | undefined;
    return async (ms) => {
      const { pid } = await (starting ??= settled(folder, args));
      const before = await cpuTime(pid);
      await time.pause(ms);
      const after = await cpuTime(pid);
      const own = (after.own - before.own) / ms * 100;
      const postgres = (after.postgres - before.postgres) / ms * 100;
      return [own + postgres, own, postgres];
    };
  }
  return {
    cases: [{ name: "dev", args: [] }, { name: "dev --split", args: ["--split"] }].map((
      { name, args },
    ): BenchmarkCase => ({
      name,
      unit: "% of a core",
      also: [
        { name: `${name}, its own processes`, unit: "% of a core" },
        { name: `${name}, PostgreSQL`, unit: "% of a core" },
      ],
      headwater: shareOf(root, args),
      ...(beside !== undefined && {
        others: { [basename(beside)]: shareOf(resolve(beside), args) },
      }),
    })),
    [Symbol.asyncDispose]: () => shops.disposeAsync(),
  };
}
