import { time } from "@headwater/core";
import { KnownProducts } from "./known_products.ts";
import type { Observation, Side } from "./observation.ts";
import type { OldProduct } from "./old_products.ts";

export type Load = AsyncDisposable & {
  readonly products: KnownProducts;
  /** What has come of every request that was answered so far. */
  readonly observations: readonly Observation[];
  /** Nobody writes until `goOn`; resolves when nobody does. */
  pauseWriters(): Promise<void>;
  goOn(): void;
};

export type LoadOptions = {
  /** Of the gateway. */
  readonly url: string;
  readonly products: readonly OldProduct[];
  /** In milliseconds: between two readers, and between two writers. */
  readonly every: { readonly readMs: number; readonly writeMs: number };
};

/** How many customers there are, who ask in turn. */
const customers = 1_000;
/** The header by which the gateway knows a customer. */
export const customerHeader = "X-Customer";
const longestMs = 5_000;
/** Who is asked to come again later does, as a client should. */
const mostTries = 3;

/**
 * Customers who read products, and a few people who list new ones and change prices: as many each second, however
 * long answers take.
 */
export function startLoad({ url, products: listed, every }: LoadOptions): Load {
  const stopping = new AbortController();
  const { signal } = stopping;
  const products = new KnownProducts(listed);
  const underWay = new Set<Promise<void>>();
  const writing = new Set<Promise<void>>();
  const observations: Observation[] = [];
  let isPaused = false;
  const turns = { read: 0, write: 0 };

  async function send(
    path: string,
    { method = "GET", body, subject, position }: {
      readonly method?: string;
      readonly body?: object;
      readonly subject: string;
      readonly position?: string | undefined;
    },
  ) {
    const at = performance.now();
    const key = crypto.randomUUID();
    try {
      for (let tries = 1;; tries++) {
        const answer = await fetch(`${url}${path}`, {
          method,
          headers: {
            [customerHeader]: subject,
            ...(position !== undefined && { "X-Min-Position": position }),
            ...(body && { "Content-Type": "application/json", "Idempotency-Key": key }),
          },
          ...(body && { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(longestMs),
        });
        const text = await answer.text();
        const { status, headers } = answer;
        const laterMs = Number(headers.get("Retry-After")) * 1_000;
        if (status === 503 && laterMs > 0 && tries < mostTries) {
          await time.pause(laterMs);
          continue;
        }
        const side = sideOf(headers.get("X-Served-By"));
        const problem = problemIn(text, headers);
        return { at, ms: performance.now() - at, status, problem, side, text, headers };
      }
    } catch (error) {
      const ms = performance.now() - at;
      const none = { status: 0, problem: undefined, side: undefined, headers: new Headers() };
      return { at, ms, ...none, text: String(error) };
    }
  }

  async function read(): Promise<void> {
    const turn = turns.read++;
    const skus = products.skus();
    const sku = skus[turn * 7 % skus.length]!;
    const subject = `customer-${turn % customers}`;
    const expected = products.expect(sku);
    const { position } = expected;
    const { text, headers: _, ...answer } = await send(`/api/products/${sku}`, {
      subject,
      position,
    });
    const price = answer.status === 200 ? JSON.parse(text).price : undefined;
    const objection = answer.status === 0 || answer.status > 299
      ? undefined
      : products.objectionTo(sku, { expected, side: answer.side, price });
    const isWritten = expected.side !== undefined || expected.isBusy ||
      expected.change !== products.expect(sku).change;
    observations.push({ kind: "reading", subject, sku, isWritten, objection, ...answer });
  }

  async function write(): Promise<void> {
    const turn = turns.write++;
    const subject = `clerk-${turn % 50}`;
    const isNew = turn % 3 === 0;
    const skus = products.skus();
    const sku = isNew ? `NOVELTY-${turn}` : skus[turn * 13 % skus.length]!;
    const price = 100 + turn;
    if (!products.begin(sku)) return;
    const expected = products.expect(sku);
    const novelty = {
      sku,
      name: `Novelty ${turn}`,
      description: "It is new. Nobody knows it yet.",
    };
    const { text: _, headers, ...answer } = isNew
      ? await send("/api/products", {
        method: "POST",
        body: { ...novelty, price, currency: "EUR" },
        subject,
      })
      : await send(`/api/products/${sku}/price`, { method: "PUT", body: { price }, subject });
    const { status, side } = answer;
    const isDone = status >= 200 && status <= 299 && side !== undefined;
    const position = headers.get("X-Position") ?? undefined;
    products.end(sku, isDone ? { price, position, side } : undefined);
    const objection = isDone
      ? products.objectionTo(sku, { expected, side, isOwn: true })
      : undefined;
    observations.push({
      kind: isNew ? "listing" : "pricing",
      subject,
      sku,
      isWritten: true,
      objection,
      ...answer,
    });
  }

  async function repeat(ms: number, start: () => void): Promise<void> {
    const began = performance.now();
    for (let turn = 1; !signal.aborted; turn++) {
      start();
      const due = began + turn * ms;
      await time.pause(Math.max(0, due - performance.now()), { signal });
    }
  }

  function run(work: () => Promise<void>, among: Set<Promise<void>>): void {
    const running = work().finally(() => among.delete(running));
    among.add(running);
  }

  const going = [
    repeat(every.readMs, () => run(read, underWay)),
    repeat(every.writeMs, () => isPaused || run(write, writing)),
  ];
  return {
    products,
    observations,
    async pauseWriters() {
      isPaused = true;
      await Promise.all(writing);
    },
    goOn() {
      isPaused = false;
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await Promise.all(going);
      await Promise.all([...underWay, ...writing]);
    },
  };
}

function sideOf(name: string | null): Side | undefined {
  return name === "legacy" || name === "new" ? name : undefined;
}

function problemIn(text: string, headers: Headers): string | undefined {
  if (headers.get("Content-Type") !== "application/problem+json") return undefined;
  const { code, detail } = JSON.parse(text);
  return `${code}: ${detail}`;
}
