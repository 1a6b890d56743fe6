import { z } from "zod";
import { shop as application } from "@shop/app";
import { ShopClient } from "@shop/judge";
import { type DevShop, openDevShop } from "../faults/dev_shop.ts";
import { postmasterOf } from "../faults/postmaster.ts";
import { type Answers, countedAnswers } from "./counted_answers.ts";
import type { Memory, PartMemory } from "./flatness.ts";
import { withChildren } from "./process_list.ts";
import { until } from "./until.ts";
import { longer, type Stall, type Vitals, vitalsIn } from "./vitals.ts";

/** A shop in processes of its own that are watched and killed. */
export type SoakedShop = AsyncDisposable & {
  readonly directory: string;
  readonly dev: DevShop;
  /** Its customers'. */
  readonly client: ShopClient;
  /** Names of its processes, without who supervises them. */
  readonly processes: readonly string[];
  /** What ended though nobody killed it. */
  readonly lost: readonly string[];
  /** What it said on standard error most recently. */
  readonly lastWords: readonly string[];
  /** kill -9; resolves when another one runs in its place. */
  kill(process: string): Promise<void>;
  postmaster(): Promise<number>;
  /** To be asked at rest. */
  measure(): Promise<Memory>;
  /** What was seen since this was asked last. */
  take(): { readonly answers: Answers; readonly stall: Stall & { readonly part: string } };
};

/** Lines that are worth to be read when something went wrong. */
const mostWords = 40;

export async function openSoakedShop(
  directory: string,
  { split, heapMb, signal }: {
    readonly split: boolean;
    readonly heapMb: number;
    readonly signal: AbortSignal;
  },
): Promise<SoakedShop> {
  const processes = split
    ? ["eventstore", ...application.services.map(({ name }) => name), "gateway"]
    : ["shop"];
  const latest = new Map<string, Vitals>();
  const collected = new Map<number, Vitals>();
  const killed = new Set<number>();
  const lost: string[] = [];
  const lastWords: string[] = [];
  let stall = { ms: 0, cpuMs: 0, part: "nobody" };

  function hears(line: string): boolean {
    const vitals = vitalsIn(line);
    if (!vitals) {
      lastWords.push(line);
      if (lastWords.length > mostWords) lastWords.shift();
      return true;
    }
    const before = latest.get(vitals.part);
    // Of one that was killed, and read late
    if (killed.has(vitals.pid)) return true;
    if (before && before.pid !== vitals.pid && !killed.has(before.pid)) {
      lost.push(`"${vitals.part}" (process ${before.pid})`);
    }
    latest.set(vitals.part, vitals);
    if (vitals.isCollected) collected.set(vitals.pid, vitals);
    if (longer(vitals.stall, stall) !== stall) stall = { ...vitals.stall, part: vitals.part };
    return true;
  }
  const dev = await openDevShop(directory, {
    args: split ? ["--split"] : [],
    main: "tests/soak/watched_shop.ts",
    env: { DENO_V8_FLAGS: `--expose-gc,--max-old-space-size=${heapMb}` },
    hears,
  });
  const answers = countedAnswers(dev.service);

  async function next(part: string, isIt: (vitals: Vitals) => boolean): Promise<Vitals> {
    return await until(`the vitals of "${part}"`, () => {
      const vitals = latest.get(part);
      return vitals && isIt(vitals) ? vitals : undefined;
    }, { signal });
  }
  async function measurePart(part: string): Promise<PartMemory> {
    const { pid } = await next(part, ({ pid }) => !killed.has(pid));
    collected.delete(pid);
    Deno.kill(pid, "SIGUSR2");
    const { rssBytes, heapBytes, port } = await until(
      `"${part}" to collect its garbage`,
      () => collected.get(pid),
      { signal },
    );
    const url = port === 0 ? dev.running.url : `http://127.0.0.1:${port}`;
    return { part, pid, rssBytes, heapBytes, cacheBytes: await cacheBytesAt(url) };
  }
  const postmaster = () => until("PostgreSQL's process", () => postmasterOf(directory), { signal });
  return {
    directory,
    dev,
    client: new ShopClient({ shop: answers.service, patienceMs: 60_000, signal }),
    processes,
    lost,
    lastWords,
    async kill(process) {
      const { pid } = await next(process, ({ pid }) => !killed.has(pid));
      killed.add(pid);
      if (split) {
        Deno.kill(pid, "SIGKILL");
      } else {
        await dev.kill();
        await dev.start();
      }
      await next(process, (vitals) => vitals.pid !== pid);
    },
    postmaster: () => until("PostgreSQL's process", () => postmasterOf(directory), { signal }),
    async measure() {
      const parts = [];
      for (const part of processes) parts.push(await measurePart(part));
      const postgres = await withChildren(await postmaster());
      const postgresBytes = postgres.reduce((sum, { rssBytes }) => sum + rssBytes, 0);
      return { parts, postgresBytes };
    },
    take() {
      const taken = { answers: answers.take(), stall };
      stall = { ms: 0, cpuMs: 0, part: "nobody" };
      return taken;
    },
    [Symbol.asyncDispose]: () => dev[Symbol.asyncDispose](),
  };
}

/** As `/health/ready` shows them. */
const withCaches = z.object({
  checks: z.object({
    caches: z.tuple([z.object({ details: z.object({ bytes: z.number() }) })]),
  }),
});

/** 0: it has none, or is no service of the shop: the event store. */
async function cacheBytesAt(url: string): Promise<number> {
  const answer = await fetch(`${url}/health/ready`);
  const text = await answer.text();
  const { data } = withCaches.safeParse(text === "" ? undefined : JSON.parse(text));
  return data?.checks.caches[0].details.bytes ?? 0;
}
