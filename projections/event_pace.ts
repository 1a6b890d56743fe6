/**
 * How many events are written at once. When PostgreSQL refuses rows of several events, fewer are tried, down to the
 * one that is at fault: what comes before it is applied, and it can be named.
 */
export class EventPace {
  #limit = Infinity;
  #carefulUntil: number | undefined;

  get limit(): number {
    return this.#limit;
  }

  get careful(): boolean {
    return this.#limit !== Infinity;
  }

  /** `count` events up to `position` could not be written. */
  refused(count: number, position: number | undefined): void {
    this.#limit = Math.max(1, Math.floor(count / 8));
    this.#carefulUntil = Math.max(position ?? 0, this.#carefulUntil ?? 0);
  }

  /** Everything up to `position` was written. */
  written(position: number | undefined): void {
    if (this.#carefulUntil === undefined || (position ?? 0) < this.#carefulUntil) return;
    this.#limit = Infinity;
    this.#carefulUntil = undefined;
  }
}
