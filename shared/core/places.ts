/**
 * So many things at a time; who comes beyond that waits in turn, and begins in the asynchronous context it came with.
 * Bare promises: every call between services takes two or three, and a queue with events of its own took an eighth of
 * what a process did.
 */
export class Places {
  readonly #waiting = new Set<() => void>();
  #limit: number;
  #running = 0;
  #isPaused = false;
  #idle: PromiseWithResolvers<void> | undefined;

  /** `limit`: how many places there are; a whole number from 1 on, or Infinity. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many are under way. */
  get running(): number {
    return this.#running;
  }

  /** How many wait for a place. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Who came now would begin at once. */
  get isFree(): boolean {
    return !this.#isPaused && this.#waiting.size === 0 && this.#running < this.#limit;
  }

  /** Nobody is made to leave where there are fewer from now on. */
  setLimit(limit: number): void {
    this.#limit = limit;
    this.#fill();
  }

  /** Nobody begins until `resume`. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Those that wait begin. */
  resume(): void {
    this.#isPaused = false;
    this.#fill();
  }

  /**
   * Runs `act` when there is a place for it, at once if there is one. Errors: those of `act`; the reason of `signal`
   * when that aborts before it began, and not later.
   */
  async take<Result>(act: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    signal?.throwIfAborted();
    if (!this.takeNow()) await this.#turn(signal);
    try {
      signal?.throwIfAborted();
      return await act();
    } finally {
      this.leave();
    }
  }

  /** Takes a place if there is one at once. Whoever was told true has to `leave`. */
  takeNow(): boolean {
    if (!this.isFree) return false;
    this.#running++;
    return true;
  }

  /** Gives back what was taken by `takeNow`. */
  leave(): void {
    this.#running--;
    this.#fill();
  }

  /** Resolves when nobody is under way or waits. */
  async idle(): Promise<void> {
    if (this.#running === 0 && this.#waiting.size === 0) return;
    this.#idle ??= Promise.withResolvers();
    await this.#idle.promise;
  }

  /** Resolves with a place taken. */
  async #turn(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      // It may have been given a place already
      if (this.#waiting.delete(resolve)) reject(signal!.reason);
      this.#fill();
    };
    this.#waiting.add(resolve);
    signal?.addEventListener("abort", leave, { once: true });
    try {
      await promise;
    } finally {
      signal?.removeEventListener("abort", leave);
    }
  }

  #fill(): void {
    // Most of the time nobody waits, and to go through the set costs an object
    if (this.#waiting.size > 0) this.#begin();
    if (this.#running > 0 || this.#waiting.size > 0) return;
    this.#idle?.resolve();
    this.#idle = undefined;
  }

  #begin(): void {
    for (const begin of this.#waiting) {
      if (this.#isPaused || this.#running >= this.#limit) return;
      this.#waiting.delete(begin);
      this.#running++;
      begin();
    }
  }
}
