import PQueue from "p-queue";
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
  readonly queue: PQueue;
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
    whileWaiting.throwIfAborted();
    const target = this.#targetOf(name);
    // Of its own: what is under way is not left alone because its caller would not wait for it any more.
    const inQueue = new AbortController();
    const leave = () => inQueue.abort(whileWaiting.reason);
    whileWaiting.addEventListener("abort", leave, { once: true });
    try {
      return await target.queue.add(() => {
        whileWaiting.removeEventListener("abort", leave);
        return this.#run(target, act);
      }, { signal: inQueue.signal });
    } finally {
      whileWaiting.removeEventListener("abort", leave);
    }
  }

  #targetOf(name: string): Target {
    const known = this.#targets.get(name);
    if (known) return known;
    const limit = machine.concurrencyLimit(bounds);
    const target = { limit, queue: new PQueue({ concurrency: limit.calls }) };
    this.#targets.set(name, target);
    return target;
  }

  async #run<Outcome extends TargetOutcome>(
    target: Target,
    act: () => Promise<Outcome>,
  ): Promise<Outcome> {
    const { clock } = this.#options;
    const { queue, limit: { round, calls } } = target;
    const isFull = queue.pending >= calls;
    const begunAt = clock.now();
    const outcome = await act();
    const before = target.limit;
    target.limit = outcome.isTroubled
      ? machine.afterFailure(before, { round })
      : machine.afterAnswer(before, { tookMs: clock.now() - begunAt, round, isFull });
    if (target.limit.failures > before.failures) this.#rest(target);
    queue.concurrency = target.limit.calls;
    return outcome;
  }

  async #rest({ queue, limit: { failures } }: Target): Promise<void> {
    queue.pause();
    await time.pause(
      time.backOffMs(failures, { ...this.#options, longestMs: longestRestMs }),
      this.#options,
    );
    queue.start();
  }
}
