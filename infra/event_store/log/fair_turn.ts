/** So long may work that never waits go on before timers and sockets get a turn. */
const maxTurnMs = 8;

/** Lets long chains of synchronous reads give way: promises alone never let the event loop turn. */
export class FairTurn {
  #began = performance.now();
  #next: Promise<void> | undefined;

  /** Resolves at once, or in a later turn when this one has had its time. To be awaited before each read. */
  async pass(): Promise<void> {
    while (performance.now() - this.#began > maxTurnMs) await (this.#next ??= this.#renewed());
  }

  #renewed(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#began = performance.now();
        this.#next = undefined;
        resolve();
      });
    });
  }
}
