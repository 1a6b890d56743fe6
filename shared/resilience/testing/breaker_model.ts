import type { BreakerSettings } from "../resilience_settings.ts";

/** A call that was let through. */
export type ModelledCall = { readonly time: object; readonly begunAt: number };

/** How a call is to end. */
export type ModelledEnd = "works" | "fails" | "is left";

/**
 * What a breaker has to do, said another way than it does it: by all that has happened, every time anew. A time lasts from
 * one opening or closing to the next.
 */
export class BreakerModel {
  now = 0;
  /** It is one of these. */
  #time: { readonly is: "closed" | "open" | "half-open" | "isolated" } = { is: "closed" };
  /** Of the calls of this time. */
  #outcomes: { readonly at: number; readonly failed: boolean }[] = [];
  #probes = new Set<ModelledCall>();
  /** When the time ends that all are refused in, or that probes have. */
  #until = 0;
  #openings: number[] = [];

  constructor(readonly rules: BreakerSettings & { readonly probeMs: number }) {}

  get state(): string {
    return this.#time.is === "open" && this.now >= this.#until ? "half-open" : this.#time.is;
  }

  /** Undefined: it is refused; then `retryAfter` says for how many seconds. */
  asks(): ModelledCall | undefined {
    if (this.#time.is === "open" && this.now >= this.#until) this.#begin("half-open");
    if (this.#time.is === "half-open" && this.#isFull && this.now >= this.#until) this.#open();
    if (this.#time.is === "open" || this.#time.is === "isolated") return undefined;
    const call = { time: this.#time, begunAt: this.now };
    if (this.#time.is === "closed") return call;
    if (this.#isFull) return undefined;
    this.#probes.add(call);
    this.#until = Math.max(this.#until, this.now + this.rules.probeMs);
    return call;
  }

  get retryAfter(): number {
    if (this.#time.is === "isolated") return Math.ceil(this.rules.longestOpenMs / 1_000);
    if (this.#time.is !== "open") return 1;
    return Math.max(1, Math.ceil((this.#until - this.now) / 1_000));
  }

  ends(call: ModelledCall, how: ModelledEnd): void {
    if (call.time !== this.#time) return;
    if (how === "is left") {
      this.#probes.delete(call);
      return;
    }
    const { slowMs } = this.rules;
    const failed = how === "fails" || slowMs !== false && this.now - call.begunAt > slowMs;
    this.#outcomes.push({ at: this.now, failed });
    if (this.#time.is === "half-open") this.#judgeProbes();
    else if (failed && this.#mustOpen) this.#open();
  }

  isolates(): void {
    if (this.#time.is !== "isolated") this.#begin("isolated");
  }

  releases(): void {
    if (this.#time.is === "isolated") this.#close();
  }

  get #isFull(): boolean {
    return this.#probes.size === this.rules.probes;
  }

  get #mustOpen(): boolean {
    const { isOn, windowMs, minimumCalls, failureRatio } = this.rules;
    const tenth = windowMs / 10;
    const oldest = (Math.floor(this.now / tenth) - 9) * tenth;
    const counted = this.#outcomes.filter(({ at }) => at >= oldest);
    const failed = counted.filter(({ failed }) => failed).length;
    return isOn && counted.length >= minimumCalls && failed / counted.length >= failureRatio;
  }

  #judgeProbes(): void {
    const failed = this.#outcomes.filter(({ failed }) => failed).length;
    const worked = this.#outcomes.length - failed;
    if (failed > this.rules.mayFail) this.#open();
    else if (worked + this.rules.mayFail >= this.rules.probes) this.#close();
  }

  #begin(is: "closed" | "open" | "half-open" | "isolated"): void {
    this.#time = { is };
    this.#outcomes = [];
    this.#probes = new Set();
  }

  #open(): void {
    let ms = this.rules.openMs;
    for (const _ of this.#openings) ms = Math.min(ms * 2, this.rules.longestOpenMs);
    this.#begin("open");
    this.#until = this.now + ms;
    this.#openings.push(this.now);
  }

  #close(): void {
    this.#begin("closed");
    this.#openings = [];
  }
}
