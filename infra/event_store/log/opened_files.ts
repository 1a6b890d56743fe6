import { statSync } from "node:fs";

/** Milliseconds between two looks. */
const lookEveryMs = 1_000;

/**
 * Sees whether files that are open are still in their place. Whoever goes on writing to one that somebody has removed
 * finds nothing of that after the next start.
 */
export class OpenedFiles {
  readonly #paths: readonly string[];
  readonly #now: () => number;
  #lookedAt = -Infinity;
  #missing: string | undefined;

  /** `now`: milliseconds, growing. */
  constructor(paths: readonly string[], now: () => number = () => performance.now()) {
    this.#paths = paths;
    this.#now = now;
  }

  /** One that was found to be gone, for good: what comes in its place is another one. Undefined: all were there lately. */
  missing(): string | undefined {
    const now = this.#now();
    if (this.#missing === undefined && now - this.#lookedAt >= lookEveryMs) {
      this.#lookedAt = now;
      this.#missing = this.#paths.find((path) => !statSync(path, { throwIfNoEntry: false }));
    }
    return this.#missing;
  }
}
