import { machine, time } from "@headwater/core";

/** What came of an act at a target: `troubled`: it is away, or has too much to do. */
export type TargetOutcome = { readonly isTroubled: boolean };

export type TargetPlacesOptions = {
  readonly clock: time.Clock;
  /** Uniform in [0, 1). */
  random(): number;
  /** Ends the pauses. */
  readonly signal: AbortSignal;
};

/**
 * Nobody looks at a screen meanwhile, so that processes yield to those who do: from 100 ms an answer on they take less.
 * From one at a time to 64, as many as share a commit of the log.
 */
const bounds = { start: 4, least: 1, most: 64, calmMs: 100 };
/** A target that is away is asked by one instance for all others, after pauses that grow up to this. */
const longestRestMs = 1_000;

type Target = {
  limit: machine.ConcurrencyLimit;
  readonly places: machine.Places;
};

/** How many instances are driven at a time, target by target: as many as the target takes, everybody else waits in turn. */
export class TargetPlaces {
  readonly #targets = new Map<string, Target>();
  readonly #options: TargetPlacesOptions;

  constructor(options: TargetPlacesOptions) {
    this.#options = options;
  }

  /**
   * Runs `act` when the target has a place for it, however long that takes.
   * Errors: those of `act`, the reason of `whileWaiting` when it aborts before that.
   */
  async execute<Outcome extends TargetOutcome>(
    name: string,
    act: () => Promise<Outcome>,
    whileWaiting: AbortSignal,
  ): Promise<Outcome> {
    const target = this.#targetOf(name);
    return await target.places.take(() => this.#run(target, act), whileWaiting);
  }

  #targetOf(name: string): Target {
    const known = this.#targets.get(name);
    if (known) return known;
    const limit = machine.concurrencyLimit(bounds);
    const target = { limit, places: new machine.Places(limit.calls) };
    this.#targets.set(name, target);
    return target;
  }

  async #run<Outcome extends TargetOutcome>(
    target: Target,
    act: () => Promise<Outcome>,
  ): Promise<Outcome> {
    const { clock } = this.#options;
    const { places, limit: { round, calls } } = target;
    const isFull = places.running >= calls;
    const begunAt = clock.now();
    const outcome = await act();
    const before = target.limit;
    target.limit = outcome.isTroubled
      ? machine.afterFailure(before, { round })
      : machine.afterAnswer(before, { tookMs: clock.now() - begunAt, round, isFull });
    if (target.limit.failures > before.failures) this.#rest(target);
    places.setLimit(target.limit.calls);
    return outcome;
  }

  async #rest({ places, limit: { failures } }: Target): Promise<void> {
    places.pause();
    await time.pause(
      time.backOffMs(failures, { ...this.#options, longestMs: longestRestMs }),
      this.#options,
    );
    places.resume();
  }
}
