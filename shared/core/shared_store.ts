/** How many were counted under a key. */
export type Counted = {
  /** In the window that is running, with this one. */
  readonly count: number;
  /** Milliseconds until the window ends and the next one counts from nothing. */
  readonly resetMs: number;
};

/**
 * What several processes may share and can do without: cached answers, counts of requests, what was looked up before.
 *
 * - Every value has an end: after `ttlMs` it is not given any more; it may be gone before.
 * - It is a hint, never the truth: an adapter that loses its server goes on by what the process itself knows, and a value
 *   may come back that was deleted meanwhile. Who must be certain keeps in the value what it was made from.
 * - No call fails because a machine is away, and none takes longer than a moment.
 *
 * Errors: `RangeError` for times that are not whole milliseconds above 0.
 */
export interface SharedStore extends AsyncDisposable {
  /** Whether other processes see what is put here, as long as all is well. */
  readonly isShared: boolean;
  /** Undefined: not there, or not any more. */
  get(key: string): Promise<string | undefined>;
  /** Puts a value in the place of another; with `ifAbsent` only where there is none. False: there was one, which stays. */
  set(
    key: string,
    value: string,
    options: { readonly ttlMs: number; readonly ifAbsent?: boolean },
  ): Promise<boolean>;
  /** Not an error where there is nothing. */
  delete(key: string): Promise<void>;
  /** Counts one more under the key. The first begins a window, at whose end the count is over; keys of values are others. */
  count(key: string, options: { readonly windowMs: number }): Promise<Counted>;
}

/** Throws `RangeError` unless it is a number of whole milliseconds above 0. */
export function assertMilliseconds(name: string, ms: number): void {
  if (Number.isSafeInteger(ms) && ms > 0) return;
  throw new RangeError(`Cannot keep for ${name} ${ms}: whole milliseconds above 0 are allowed`);
}
