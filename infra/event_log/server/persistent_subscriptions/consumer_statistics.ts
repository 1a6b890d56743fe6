const remembered = 500;

/** What a group tells about one of its connections. */
export class ConsumerStatistics {
  readonly #tracksLatency: boolean;
  readonly #since = performance.now();
  /** Of the newest acknowledgements, in milliseconds. */
  readonly #latencies: number[] = [];
  #total = 0;
  #acknowledged = 0;
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

  acknowledged(durationMs: number): void {
    if (this.#tracksLatency) this.#latencies[this.#acknowledged++ % remembered] = durationMs;
  }

  /** How long acknowledgements took, in whole milliseconds, under the original's names; none where they are not tracked. */
  measurements(): [name: string, ms: number][] {
    if (!this.#tracksLatency) return [];
    const sorted = this.#latencies.toSorted((a, b) => a - b);
    const sum = sorted.reduce((total, ms) => total + ms, 0);
    function quantile(part: number): number {
      return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? 0;
    }
    const measured: [string, number][] = [
      ["Mean", sum / Math.max(1, sorted.length)],
      ["Median", quantile(0.5)],
      ["Fastest", sorted[0] ?? 0],
      ...[1, 2, 3, 4, 5].map((n): [string, number] => [`Quintile ${n}`, quantile(n / 5)]),
      ...[90, 95, 99, 99.5, 99.9].map((n): [string, number] => [`${n}%`, quantile(n / 100)]),
      ["Highest", sorted.at(-1) ?? 0],
    ];
    return measured.map(([name, ms]) => [name, Math.round(ms)]);
  }
}
