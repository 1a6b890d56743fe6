import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { time } from "@headwater/core";
import type { Benchmark, BenchmarkCase, BenchmarkOptions, OpenBenchmark } from "./benchmark.ts";
import type { Visited } from "./console_visitor.ts";
import { type ConversingProcess, startConversing } from "./conversing_process.ts";
import { cpuTime } from "./cpu_time.ts";
import { type MeasuredShop, startMeasuredShop } from "./measured_shop.ts";
import { writeHistory } from "./write_history.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const usualEvents = 1_000_000;
const openConsoles = 50;
const ordersInFlight = 16;
/** Of the history: the first order. */
const stream = "history-7f3a0000-5b1e-4c00-9000-000000000000";

const pages = [
  ...["", "/streams", `/streams/${stream}`, `/streams/${stream}/0`, "/find?q=OrderPlaced"],
  ...["/projections", "/projections/order/orders", "/sagas", "/sagas/fulfilment"],
  ...["/calls", "/routes", "/acts"],
];

/**
 * The operators' console of a shop that runs in one process and has a long history in its log, which none of its
 * services reads: what a browser without anything in its cache takes until it shows something, and what it is sent;
 * what an open overview takes of a core while the shop rests; and orders while 50 overviews are open, beside none, in turn.
 */
export const consoleBench: Benchmark = {
  name: "console",
  withoutPeers: true,
  pace: { rounds: 5, msPerRound: 500 },
  open: (options) => Promise.resolve(open(options)),
};

function open({ events = usualEvents }: BenchmarkOptions): OpenBenchmark {
  const stack = new AsyncDisposableStack();
  let starting: Promise<MeasuredShop> | undefined;
  let visiting: ConversingProcess | undefined;
  const started = async () =>
    await (starting ??= startMeasuredShop({
      folder: root,
      prepare: (directory) =>
        writeHistory(join(directory, "events.sqlite"), { events, category: "history" }),
    }).then((shop) => stack.use(shop)));

  async function visit(path: string): Promise<readonly number[]> {
    const { url } = await started();
    visiting ??= stack.use(startConversing({
      args: ["--allow-all", fileURLToPath(new URL("./console_visitor.ts", import.meta.url))],
    }));
    await visiting.say({ url: `${url}/console${path}` });
    const { firstPaintMs, transferred } = await visiting.heard() as Visited;
    return [firstPaintMs, transferred];
  }
  async function share(ms: number, consoles: number): Promise<number> {
    const shop = await started();
    await using _open = await openOverviews(shop.url, consoles);
    const before = await cpuTime(shop.pid);
    await time.pause(ms);
    return ((await cpuTime(shop.pid)).own - before.own) / ms * 100;
  }
  async function orders(ms: number, consoles: number): Promise<number> {
    const shop = await started();
    await using _open = await openOverviews(shop.url, consoles);
    const { orders, confirmedMs } = await shop.work({ ms, inFlight: ordersInFlight });
    return orders / confirmedMs * 1_000;
  }
  return {
    cases: [
      ...pages.map((path): BenchmarkCase => ({
        name: `first paint, /console${path}`,
        unit: "ms",
        also: [{ name: `sent for /console${path}`, unit: "kB" }],
        headwater: () => visit(path),
      })),
      {
        name: "an open overview, at rest",
        unit: "% of a core",
        pace: { rounds: 5, msPerRound: 5_000 },
        headwater: (ms) => share(ms, 1),
        others: { "none open": (ms) => share(ms, 0) },
      },
      {
        name: `confirmed ${ordersInFlight}, ${openConsoles} open overviews`,
        unit: "orders/s",
        pace: { rounds: 7, msPerRound: 4_000 },
        headwater: (ms) => orders(ms, openConsoles),
        others: { "none open": (ms) => orders(ms, 0) },
      },
    ],
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Overviews as browsers keep them open: the page, and what it listens to. */
async function openOverviews(url: string, count: number): Promise<AsyncDisposable> {
  const over = new AbortController();
  const { signal } = over;
  const open = await Promise.all(Array.from({ length: count }, async () => {
    const page = await (await fetch(`${url}/console`, { signal })).text();
    const live = /data-live="([^"]+)"/.exec(page)?.[1]?.replaceAll("&amp;", "&");
    if (live === undefined) throw new Error("Cannot keep an overview open: it listens to nothing");
    const { body } = await fetch(new URL(live, url), { signal });
    return { closed: body!.pipeTo(new WritableStream(), { signal }).catch(() => {/* Over. */}) };
  }));
  return {
    async [Symbol.asyncDispose]() {
      over.abort();
      await Promise.all(open.map(({ closed }) => closed));
    },
  };
}
