import { type Log, time, Unavailable } from "@headwater/core";
import { type HeldSlices, leaseMs, type LeaseNews, moveSlices, noSlices } from "./held_slices.ts";
import { sliceCount, sliceOf, slices as allSlices } from "./slice.ts";
import type { SliceStore } from "./slice_store.ts";

/** Which instances this process drives, until it is disposed. */
export type SliceLeases = AsyncDisposable & {
  /** Resolves when it was told for the first time what it has, or that this cannot be told. */
  readonly begun: Promise<void>;
  /** What it drives at this moment. */
  slices(): readonly number[];
  owns(id: string): boolean;
  /** Why nobody can tell what it drives, and it drives nothing; undefined: that is known. */
  trouble(): unknown;
};

export type SliceLeasesOptions = {
  /** Absent: no other process can be there, and all is owned. */
  readonly store: SliceStore | undefined;
  /** Its name. */
  readonly process: string;
  /** By what this operating-system process is known, and one that is started again in its place; absent: by nothing. */
  readonly place: string | undefined;
  readonly clock: time.Clock;
  readonly logger: Log;
  /**
   * Goes on with what is unfinished in these. While others are there it is told again of all that it has, now and then:
   * what they have heard may have left something to do.
   */
  gained(slices: readonly number[]): void;
  /** Ends what is driven in these. */
  lost(slices: readonly number[]): void;
};

const renewEveryMs = 1_000;
const retryMs = 250;
/** So often it is told of all again. */
const remindEveryMs = 10_000;
/** How long leaving may take when PostgreSQL does not answer. */
const leaveMs = 500;

/** Keeps leases of its fair share of the slices: all of them where no other process is there. */
export function holdSlices({ store, ...options }: SliceLeasesOptions): SliceLeases {
  return store ? new Leases(store, options) : everything;
}

const everything: SliceLeases = {
  begun: Promise.resolve(),
  slices: () => allSlices,
  owns: () => true,
  trouble: () => undefined,
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

class Leases implements SliceLeases {
  readonly begun: Promise<void>;
  readonly #store: SliceStore;
  readonly #options: Omit<SliceLeasesOptions, "store">;
  readonly #id: string;
  readonly #stopped = new AbortController();
  /** Aborts when it waits for no answer any more. */
  readonly #over = new AbortController();
  readonly #holding: Promise<void>;
  #held: HeldSlices = noSlices;
  #cancelEnd: (() => void) | undefined;
  #trouble: unknown;
  #remindedAt: number;

  constructor(store: SliceStore, options: Omit<SliceLeasesOptions, "store">) {
    this.#store = store;
    this.#options = options;
    this.#id = `${
      options.place === undefined ? "" : prefixOf(options.place)
    }${crypto.randomUUID()}`;
    this.#remindedAt = options.clock.now();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.begun = promise;
    this.#holding = this.#keepHolding(resolve).finally(resolve);
  }

  slices(): readonly number[] {
    return this.#options.clock.now() < this.#held.until ? this.#held.slices : [];
  }

  owns(id: string): boolean {
    const slices = this.slices();
    return slices.length === sliceCount || slices.includes(sliceOf(id));
  }

  trouble(): unknown {
    return this.#options.clock.now() < this.#held.until ? undefined : this.#trouble;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    this.#cancelEnd?.();
    const { logger, process } = this.#options;
    const cancel = time.realClock.after(leaveMs, () => this.#over.abort());
    try {
      await this.#holding;
      await this.#answered(() => this.#store.leave(this.#owner(false)));
    } catch (error) {
      logger.debug("The slices of a process could not be left", { process, error });
    } finally {
      cancel();
    }
  }

  async #keepHolding(begun: () => void): Promise<void> {
    const { clock, logger, process } = this.#options;
    const { signal } = this.#stopped;
    let isNew = true;
    while (!signal.aborted) {
      let pauseMs = renewEveryMs;
      try {
        const askedAt = clock.now();
        const gives = this.#held.giving;
        const owner = this.#owner(isNew);
        const answer = await this.#answered(() => this.#store.hold({ owner, gives }));
        isNew = false;
        this.#trouble = undefined;
        this.#take({ type: "answered", askedAt, now: clock.now(), ...answer });
        // Somebody waits for them
        if (this.#held.giving.length > 0) pauseMs = 0;
      } catch (error) {
        if (signal.aborted) return;
        pauseMs = retryMs;
        const fields = { processManager: process, error };
        if (this.#trouble === undefined) {
          logger.warn("leases of instances could not be renewed", fields);
        }
        this.#trouble = error;
      }
      begun();
      await time.pauseAbout(pauseMs, { clock, signal });
    }
  }

  #take(news: LeaseNews): void {
    if (this.#stopped.signal.aborted) return;
    const { clock, logger, process, gained: onGained, lost: onLost } = this.#options;
    const before = this.#held;
    const { held, gained, lost } = moveSlices(before, news);
    this.#held = held;
    this.#cancelEnd?.();
    this.#cancelEnd = undefined;
    if (held.slices.length > 0) {
      this.#cancelEnd = clock.after(
        held.until - news.now,
        () => this.#take({ type: "waited", now: clock.now() }),
      );
    }
    if (lost.length > 0) onLost(lost);
    const isReminder = this.#isToBeReminded(before, news.now);
    const told = isReminder ? held.slices : gained;
    if (told.length > 0) onGained(told);
    if (gained.length === 0 && lost.length === 0) return;
    const { sharers, slices } = held;
    logger.info("the slices that this process drives have changed", {
      ...{ processManager: process, slices, sharers },
    });
  }

  /** Somebody is gone, or others are there for a while. */
  #isToBeReminded({ sharers }: HeldSlices, now: number): boolean {
    const isDue = sharers > 1 && now - this.#remindedAt >= remindEveryMs;
    if (!isDue && this.#held.sharers >= sharers) return false;
    this.#remindedAt = now;
    return true;
  }

  #owner(isNew: boolean) {
    const { place } = this.#options;
    return { id: this.#id, place: place === undefined ? undefined : prefixOf(place), isNew };
  }

  /** Gives up on who does not answer: postgres.js 3.4.9 has left queries unsettled. What is late is harmless. */
  async #answered<Result>(ask: () => Promise<Result>): Promise<Result> {
    const { promise: silence, reject } = Promise.withResolvers<never>();
    const giveUp = () => reject(new Unavailable("Cannot hold leases: PostgreSQL does not answer"));
    const { signal } = this.#over;
    signal.addEventListener("abort", giveUp, { once: true });
    const cancel = this.#options.clock.after(leaseMs, giveUp);
    try {
      if (signal.aborted) giveUp();
      return await Promise.race([ask(), silence]);
    } finally {
      cancel();
      signal.removeEventListener("abort", giveUp);
    }
  }
}

function prefixOf(place: string): string {
  return `${place} `;
}
