/** So long may work that never waits go on before timers and sockets get a turn. */
const maxTurnMs = 8;

/**
 * Lets long chains of synchronous reads give way: promises alone never let the event loop turn. Who comes after it has
 * turned by itself passes at once: what follows from a commit is then part of the next one.
 */
export class FairTurn {
  readonly #now: () => number;
  /** When the first came since the loop has turned; undefined: nobody has. */
  #began: number | undefined;
  #next: Promise<void> | undefined;

  /** `now`: milliseconds, growing. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Resolves at once, or in a later turn when this one has had its time. To be awaited before each read. */
  async pass(): Promise<void> {
    while (!this.#hasTime()) await (this.#next ??= this.#turned());
  }

  #hasTime(): boolean {
    const now = this.#now();
    if (this.#began === undefined) {
      this.#began = now;
      setImmediate(() => this.#began = undefined);
    }
    return now - this.#began <= maxTurnMs;
  }

  #turned(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#next = undefined;
        resolve();
      });
    });
  }
}
