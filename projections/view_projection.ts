import { machine, time, Unavailable, type View } from "@headwater/core";
import { establishView } from "./establish_view.ts";
import { type Generation, generationsOf, isFilling } from "./generation.ts";
import type { HeldLease, KeptLease } from "./lease.ts";
import { ProjectionWorker } from "./projection_worker.ts";
import type { ProjectionStatus } from "./projection_status.ts";
import type { WorkerOptions } from "./worker_options.ts";
import type { ReadModelState, ReadModelWait } from "./worker_state.ts";

export type ViewProjectionOptions = Omit<WorkerOptions, "generation"> & {
  readonly service: string;
  /** Why somebody who has come to `position` does not follow the log; undefined: as far as is known it does. */
  stalled(position: number | undefined): string | undefined;
};

/** A definition that must not be run; its message says why. */
export class DefinitionRefused extends Error {
  /** By what it is told from other errors. */
  override readonly name = "DefinitionRefused";
}

/**
 * One view in one process: a worker for each of its generations, and whoever reads is told of the one that the view's
 * name leads to.
 */
export class ViewProjection implements AsyncDisposable {
  readonly #options: ViewProjectionOptions;
  readonly #workers = new Map<number, ProjectionWorker>();
  /** Which generations there are, as far as is known: a worker learns only when it looks that its own is gone. */
  #there: ReadonlySet<number> = new Set();
  readonly #stop = new AbortController();
  readonly #established = Promise.withResolvers<void>();
  #establishing: Promise<void>;
  #isEstablishing = true;
  #trouble: { readonly cause: string; readonly since: string } | undefined;
  #refusal: DefinitionRefused | undefined;

  constructor(options: ViewProjectionOptions) {
    this.#options = options;
    this.#establishing = this.#establish();
  }

  get view(): View {
    return this.#options.view;
  }

  get name(): string {
    return this.view.name;
  }

  /** Resolves when the first events were taken in, or could not be; rejects with `DefinitionRefused`. */
  get started(): Promise<void> {
    return this.#established.promise.then(async () => {
      if (this.#refusal) throw this.#refusal;
      await Promise.all([...this.#workers.values()].map((worker) => worker.started));
    });
  }

  /** Those of its workers that have nothing to do. */
  leases(): readonly HeldLease[] {
    return [...this.#workers.values()].flatMap(({ lease }) => lease ?? []);
  }

  /** Which of these were kept, asked for at `askedAt` (`performance.now()`). */
  kept(leases: readonly KeptLease[], askedAt: number): void {
    for (const [generation, worker] of this.#workers) {
      worker.kept(leases.find((lease) => lease.generation === generation), askedAt);
    }
  }

  /** Lets another process have a generation. */
  release(generation: number): void {
    this.#workers.get(generation)?.release();
  }

  /** Generations came or went, or their name leads nowhere. */
  notice(
    { generations, isNameMissing }: {
      readonly generations: readonly number[];
      readonly isNameMissing: boolean;
    },
  ): void {
    if (this.#isEstablishing || this.#stop.signal.aborted) return;
    const areNew = generations.some((generation) => !this.#workers.has(generation));
    // What is made in its place is empty, whatever its worker still believes
    if (isNameMissing) this.#there = new Set();
    if (areNew || isNameMissing) this.#establishAgain();
  }

  /** Others have changed something: see at once what it is. */
  hurry(): void {
    for (const worker of this.#workers.values()) worker.hurry();
  }

  noticeDisconnection(): void {
    for (const worker of this.#workers.values()) worker.noticeDisconnection();
  }

  /** One per generation. */
  reports(): readonly ProjectionStatus[] {
    const { service } = this.#options;
    const statuses = [...this.#workers.values()].map((worker) => worker.report(service));
    if (statuses.some(({ version }) => version === this.view.version)) return statuses;
    if (statuses.length > 0 && !this.#trouble) return statuses;
    const { name, version } = this.view;
    return [...statuses, {
      ...{ service, name, version, generation: null, owner: null, position: null, progress: null },
      ...{ lagMs: 0, caughtUp: false, needsRebuild: false, parkedKeys: 0 },
      state: this.#refusal ? "failing" : this.#trouble ? "waiting" : "starting",
      since: this.#trouble?.since ?? null,
      cause: this.#refusal?.message ?? this.#trouble?.cause ?? null,
    }];
  }

  /** Of the generation that is read; undefined: it is not known, or cannot be. */
  read(): ProjectionStatus | undefined {
    const isRead = this.#readableOrNone();
    return isRead?.report(this.#options.service) ??
      this.reports().find(({ generation }) => generation === null);
  }

  /** Rejects while what is read does not follow the log, or has not yet caught up since the start. */
  async health(): Promise<{ readonly warning?: string }> {
    await this.#settled({ until: performance.now() + healthMs });
    const read = this.#readable();
    if (!read) {
      throw this.#refusal ?? new Error(
        this.#trouble?.cause ?? `The read model "${this.view.name}" is starting`,
      );
    }
    const follows = [...this.#workers.values()].some(({ wasLive }) => wasLive);
    const health = read.health({ follows });
    const { service, stalled } = this.#options;
    const why = stalled(read.report(service).position ?? undefined);
    if (why) throw new Error(`The read model "${this.view.name}" is behind: ${why}`);
    if (health.warning !== undefined) return health;
    // Nobody reads what the others have
    const trouble = this.reports().find(({ cause, generation }) => {
      const worker = generation === null ? undefined : this.#workers.get(generation);
      return cause !== null && worker !== read && !worker?.isLeftBehind;
    });
    if (!trouble) return {};
    const { name, generation, version, cause } = trouble;
    const which = generation === null ? `Version ${version}` : `Generation ${generation}`;
    return { warning: `${which} of "${name}", which is not read: ${cause}` };
  }

  /** True where the row of a key lacks events that are parked. */
  isParked(key: string | undefined): boolean {
    return this.#readable()?.isParked(key) === true;
  }

  async wait({ position, waitMs, signal }: ReadModelWait): Promise<ReadModelState> {
    const beganAt = performance.now();
    while (!this.#stop.signal.aborted) {
      if (this.#refusal) {
        throw new Unavailable(this.#refusal.message, { code: "read-model-outdated" });
      }
      await this.#settled({ until: beganAt + settleMs, signal });
      signal?.throwIfAborted();
      const leftMs = Math.max(0, beganAt + waitMs - performance.now());
      const given = { position, waitMs: leftMs, ...(signal && { signal }) };
      const answer = await this.#readable()?.wait(given);
      if (answer !== undefined && answer !== "elsewhere") return answer;
      if (leftMs === 0) break;
      await this.#lookAgain(Math.min(turnMs, leftMs), signal);
    }
    throw new Unavailable(`Cannot read "${this.view.name}": its state is not known yet`, {
      code: "read-model-unavailable",
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all([
      this.#establishing,
      ...[...this.#workers.values()].map((worker) => worker[Symbol.asyncDispose]()),
    ]);
  }

  /** Waits while it is not known here which one is read, but not for ever. */
  async #settled(
    { until, signal }: { readonly until: number; readonly signal?: AbortSignal | undefined },
  ): Promise<void> {
    while (this.#isBeingSwitched && performance.now() < until) {
      if (this.#stop.signal.aborted || signal?.aborted) return;
      await this.#lookAgain(turnMs, signal);
    }
  }

  /** Another process may have switched: its generations tell. */
  async #lookAgain(afterMs: number, signal: AbortSignal | undefined): Promise<void> {
    this.hurry();
    const pause = AbortSignal.any([this.#stop.signal, ...(signal ? [signal] : [])]);
    await time.pause(afterMs, { signal: pause });
  }

  /** Which one is read may not be known here yet: none of them, or one without the columns beside one that is ready. */
  get #isBeingSwitched(): boolean {
    const workers = [...this.#workers.values()];
    const live = workers.find(({ status }) => status === "live");
    if (live?.keeper.hasColumns) return false;
    return workers.some(({ status }) => status === (live ? "ready" : "retired"));
  }

  /** The generation that is read; else the one that will be; undefined: it is not known yet. */
  #readable(): ProjectionWorker | undefined {
    const workers = [...this.#workers].filter(([generation]) => this.#there.has(generation))
      .toSorted(([a], [b]) => b - a).map(([, worker]) => worker);
    const live = workers.find(({ status }) => status === "live");
    if (live?.keeper.hasColumns) return live;
    const own = workers.find(({ keeper, status }) => keeper.isOwn && status !== "retired");
    if (!live || own && isFilling(own)) return own ?? workers[0];
    const { name, version } = this.view;
    throw new Unavailable(
      `Cannot read "${name}": it has not the columns that version ${version} of it has`,
      { code: "read-model-outdated" },
    );
  }

  #readableOrNone(): ProjectionWorker | undefined {
    try {
      return this.#readable();
    } catch {
      return undefined;
    }
  }

  #establishAgain(): void {
    if (this.#isEstablishing) return;
    this.#isEstablishing = true;
    this.#establishing = this.#establish();
  }

  async #establish(): Promise<void> {
    const { sql, view, logger } = this.#options;
    const { signal } = this.#stop;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        const found = await establishView(sql, view);
        this.#trouble = undefined;
        if ("refusal" in found) this.#refuse(found.refusal);
        else this.#employ(found.generations);
        break;
      } catch (error) {
        const cause = machine.messageOf(error);
        if (!this.#trouble) logger.warn("A projection is waiting", { state: "waiting", cause });
        // What is there goes on
        const there = await generationsOf(sql, view.name).catch(() => undefined);
        if (there && !this.#refusal) this.#employ(there);
        this.#trouble ??= { cause, since: new Date(this.#options.now()).toISOString() };
        this.#established.resolve();
        await time.pause(time.backOffMs(attempt, this.#options), { signal });
      }
    }
    this.#isEstablishing = false;
    this.#established.resolve();
  }

  #refuse(message: string): void {
    if (!this.#refusal) this.#options.logger.error("A projection is refused", { cause: message });
    this.#refusal = new DefinitionRefused(message);
  }

  #employ(generations: readonly Generation[]): void {
    this.#refusal = undefined;
    this.#there = new Set(generations.map(({ generation }) => generation));
    for (const generation of generations) {
      const number = generation.generation;
      if (this.#workers.has(number) || this.#stop.signal.aborted) continue;
      const worker = new ProjectionWorker({ ...this.#options, generation });
      this.#workers.set(number, worker);
      worker.ended.then(() => this.#discharge(number));
    }
  }

  /** Its generation is gone: another may have to be made. */
  #discharge(generation: number): void {
    if (this.#stop.signal.aborted) return;
    this.#workers.delete(generation);
    this.#establishAgain();
  }
}

/** How soon one looks again who was sent elsewhere. */
const turnMs = 10;
/** For so long one asks which generation is read after a switch; whoever has the other one looks every second. */
const settleMs = 1_500;
/** So long for who asks how it is, who does not wait for a second. */
const healthMs = 500;
