/** What clients see of a shop's endpoints while things happen to it. */
export type EndpointWatch = AsyncDisposable & {
  /** What is seen from here on is of that phase. */
  begin(phase: string): void;
  /** By endpoint and phase. */
  table(): string;
  /** The answers of an endpoint in a phase, those that say that something is wrong included. */
  seen(endpoint: string, phase: string): {
    readonly answers: number;
    readonly failed: number;
    readonly p99Ms: number;
  };
};

type Seen = { readonly tookMs: number[]; failed: number };

const patienceMs = 10_000;

/** Asks each endpoint every so often, whatever becomes of the requests before. `everyMs`: between two of one endpoint. */
export function watchEndpoints(
  endpoints: Readonly<Record<string, () => Request>>,
  { everyMs }: { readonly everyMs: number },
): EndpointWatch {
  const phases: string[] = [];
  const found = new Map<string, Seen>();
  const underWay = new Set<Promise<void>>();

  function of(endpoint: string, phase: string): Seen {
    const key = `${endpoint} ${phase}`;
    let one = found.get(key);
    if (!one) found.set(key, one = { tookMs: [], failed: 0 });
    return one;
  }
  async function ask(endpoint: string, request: Request): Promise<void> {
    // What was asked in a phase is of that phase, whenever it is answered
    const seen = of(endpoint, phases.at(-1) ?? "");
    const askedAt = performance.now();
    try {
      const answer = await fetch(request, { signal: AbortSignal.timeout(patienceMs) });
      await answer.body?.cancel();
      if (!answer.ok) seen.failed++;
    } catch {
      seen.failed++;
    }
    seen.tookMs.push(performance.now() - askedAt);
  }
  const timer = setInterval(() => {
    if (phases.length === 0) return;
    for (const [endpoint, request] of Object.entries(endpoints)) {
      const asked: Promise<void> = ask(endpoint, request()).finally(() => underWay.delete(asked));
      underWay.add(asked);
    }
  }, everyMs);

  return {
    begin: (phase) => void phases.push(phase),
    seen(endpoint, phase) {
      const { tookMs, failed } = of(endpoint, phase);
      return { answers: tookMs.length, failed, p99Ms: percentile(tookMs, 0.99) };
    },
    table() {
      const rows = Object.keys(endpoints).map((
        endpoint,
      ) => [endpoint, ...phases.map((phase) => inWords(of(endpoint, phase)))]);
      const all = [["p50 / p99 ms (failed of all)", ...phases], ...rows];
      const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
      return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join("  "))
        .join("\n");
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await Promise.all(underWay);
    },
  };
}

function inWords({ tookMs, failed }: Seen): string {
  const [half, nearlyAll] = [0.5, 0.99].map((share) => percentile(tookMs, share).toFixed(0));
  return `${half} / ${nearlyAll} (${failed} of ${tookMs.length})`;
}

function percentile(tookMs: readonly number[], share: number): number {
  const sorted = tookMs.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
