const remembered = 1000;

/** On Linux the original divides nanoseconds as if they were ticks: clients are told hundredths of a millisecond. */
const unitsPerMs = 100;

/** What a group tells about one of its connections. */
export class ConsumerStatistics {
  readonly #tracksLatency: boolean;
  readonly #since = performance.now();
  /** Of the newest answers, in the original's unit. */
  readonly #latencies: number[] = [];
  #total = 0;
  #answered = 0;
  #measured = 0;

  constructor({ tracksLatency }: { readonly tracksLatency: boolean }) {
    this.#tracksLatency = tracksLatency;
  }

  get total(): number {
    return this.#total;
  }

  get averagePerSecond(): number {
    return Math.round(this.#total / Math.max(1, (performance.now() - this.#since) / 1000));
  }

  /** Sent since it was last asked for. */
  takeCount(): number {
    const count = this.#total - this.#measured;
    this.#measured = this.#total;
    return count;
  }

  sent(): void {
    this.#total++;
  }

  answered(durationMs: number): void {
    if (!this.#tracksLatency) return;
    this.#latencies[this.#answered++ % remembered] = Math.floor(durationMs * unitsPerMs);
  }

  /** How long answers took, under the original's names; none where they are not tracked, or there was no answer yet. */
  measurements(): [name: string, duration: number][] {
    const sorted = this.#latencies.toSorted((a, b) => a - b);
    if (sorted.length === 0) return [];
    const sum = sorted.reduce((total, each) => total + each, 0);
    function quantile(percent: number): number {
      return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * percent / 100))]!;
    }
    return [
      ["Mean", Math.floor(sum / sorted.length)],
      ["Median", quantile(50)],
      ["Fastest", sorted[0]!],
      // The original's fifths are named by what is below them
      ...[1, 2, 3, 4, 5].map((n): [string, number] => [`Quintile ${n}`, quantile((n - 1) * 20)]),
      ...[90, 95, 99, 99.5, 99.9].map((n): [string, number] => [`${n}%`, quantile(n)]),
      ["Highest", sorted.at(-1)!],
    ];
  }
}
