/** How much may be tried again. */
export type RetryBudgetOptions = {
  /** Of the calls. Default 0.2, as Envoy and Finagle. */
  readonly budgetShare?: number;
  /** So many in any case. Default 3, as Envoy. */
  readonly leastBudget?: number;
};

/** How much of what is asked of one target is asked again. */
export type RetryBudget = {
  /** A call begins; it has to `end`. `at`: by the clock, where that was looked at. */
  begin(at?: number): void;
  end(): void;
  /** Another attempt begins, which has to be `over`; false: there are too many already. */
  take(): boolean;
  over(): void;
  describe(): { readonly calls: number; readonly repetitions: number };
};

/** Milliseconds. */
const windowMs = 10_000;
const buckets = 10;
const bucketMs = windowMs / buckets;

/**
 * Keeps repetitions and hedges few: a target that fails because it is asked too much must not be asked more by that. No
 * more than a share of the calls that are under way are tried again at a time; and, since calls one at a time would
 * all be tried again by that, no more than the same share of the calls of the last ten seconds. `now`: milliseconds that
 * only grow.
 */
export function retryBudget(
  { budgetShare = 0.2, leastBudget = 3, now }: RetryBudgetOptions & { readonly now: () => number },
): RetryBudget {
  const calls = new Array<number>(buckets).fill(0);
  const repetitions = new Array<number>(buckets).fill(0);
  let active = 0;
  let repeating = 0;
  /** Counts buckets since the clock's beginning. */
  let current = Math.floor(now() / bucketMs);

  function bucket(time: number): number {
    const at = Math.floor(time / bucketMs);
    if (at === current) return at % buckets;
    for (let old = Math.max(current + 1, at - buckets + 1); old <= at; old++) {
      calls[old % buckets] = repetitions[old % buckets] = 0;
    }
    current = at;
    return at % buckets;
  }

  function mayBe(count: number, of: number): boolean {
    return count < Math.max(leastBudget, Math.floor(budgetShare * of));
  }

  return {
    begin(at = now()) {
      active++;
      calls[bucket(at)]!++;
    },
    end() {
      active--;
    },
    take() {
      const at = bucket(now());
      if (!mayBe(repeating, active) || !mayBe(sum(repetitions), sum(calls))) return false;
      repeating++;
      repetitions[at]!++;
      return true;
    },
    over() {
      repeating--;
    },
    describe: () => ({ calls: active, repetitions: repeating }),
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
