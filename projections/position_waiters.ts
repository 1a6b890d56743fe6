/** Callers that wait until a read model has reached a position. */
export class PositionWaiters {
  readonly #waiting = new Set<{
    readonly position: number;
    resolve(reached: boolean): void;
    reject(reason: unknown): void;
  }>();

  /** How many are waiting. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves when `reached` was told of the position: true; or after `waitMs`: false. Rejects when `signal` aborts. */
  async wait(
    position: number,
    { waitMs, signal }: { readonly waitMs: number; readonly signal?: AbortSignal },
  ): Promise<boolean> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const waiter = { position, resolve, reject };
    const timer = setTimeout(() => resolve(false), waitMs);
    const abort = () => reject(signal!.reason);
    signal?.addEventListener("abort", abort, { once: true });
    this.#waiting.add(waiter);
    try {
      return await promise;
    } finally {
      this.#waiting.delete(waiter);
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  reached(position: number): void {
    for (const waiter of this.#waiting) {
      if (waiter.position <= position) waiter.resolve(true);
    }
  }

  /** Nobody need wait any longer. */
  reject(reason: () => Error): void {
    for (const waiter of this.#waiting) waiter.reject(reason());
  }
}
