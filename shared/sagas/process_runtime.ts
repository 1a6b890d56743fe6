import { eventLog, machine, time, Unavailable } from "@headwater/core";
import { heardAtOnce } from "./heard_position.ts";
import { DrivenInstances } from "./driven_instances.ts";
import { findUnfinished } from "./find_unfinished.ts";
import { FreshInputs } from "./fresh_inputs.ts";
import { LaterRecords, RecordsForgotten } from "./later_records.ts";
import { ProcessCheckpoint } from "./process_checkpoint.ts";
import { ParkedInputs } from "./parked_inputs.ts";
import { mostAtOnce, ProcessInbox } from "./process_inbox.ts";
import type { ProcessRecords } from "./process_records.ts";
import type { ProcessRuntimeOptions } from "./process_runtime_options.ts";
import { holdSlices, type SliceLeases } from "./slice_leases.ts";
import type { Standing } from "./standing.ts";
import { stuckWarning } from "./stuck_warning.ts";
import { TargetPlaces } from "./target_places.ts";
import { tellNotices } from "./told_notices.ts";

const longestPauseMs = 5_000;
/** What is down for long is told when it is another machine, or has been back meanwhile; else so often. */
const tellEveryMs = 60_000;

/** What `startProcess` starts. */
export class Runtime {
  readonly #options: ProcessRuntimeOptions;
  readonly #checkpoint: ProcessCheckpoint;
  readonly #clock: time.Clock;
  readonly #stopped = new AbortController();
  readonly #ending: Promise<void>[] = [];
  readonly #listening: Promise<void>;
  readonly #places: TargetPlaces;
  readonly #recalling = new machine.Places(mostAtOnce);
  readonly #parked: ParkedInputs;
  readonly #now: () => number;
  readonly #slices: SliceLeases;
  #inbox: ProcessInbox;
  #driven: DrivenInstances;
  /** Told of slices that this process drives from now on; nothing as long as it is to load all that is unfinished. */
  #gained: (slices: readonly number[]) => void = () => {};
  #fresh = new FreshInputs(Infinity);
  #later: LaterRecords | undefined;
  /** When all was heard that was in the log, milliseconds since 1970. */
  #caughtUpAt: number | undefined;
  /** Nothing has come since then. */
  #isCaughtUp = false;
  /** Since when, milliseconds since 1970, something may be in the log that it has not heard; undefined: nothing is. */
  #behindSince: number | undefined;
  /** The position up to which it has heard. */
  #reached = -1;
  /** Why it stands still, as operators were told. */
  #told: string | undefined;
  #isNews = time.onceEvery(tellEveryMs);
  #trouble: unknown = new Error("has not started to listen yet");
  /** Why instances cannot be told of times and acts. */
  #untold: unknown;

  constructor(options: ProcessRuntimeOptions) {
    this.#options = options;
    this.#clock = options.clock ?? time.realClock;
    this.#now = options.now ?? Date.now;
    this.#behindSince = this.#now();
    this.#inbox = new ProcessInbox(options.process, options);
    this.#parked = new ParkedInputs(options);
    this.#places = new TargetPlaces({
      random: options.random,
      clock: this.#clock,
      signal: this.#stopped.signal,
    });
    this.#slices = holdSlices({
      store: options.records.slices,
      ...{ process: options.process.name, place: options.processName },
      ...{ clock: this.#clock, logger: options.logger },
      gained: (slices) => this.#gained(slices),
      lost: () => this.#driven.release(),
    });
    this.#driven = this.#newDriven();
    this.#checkpoint = new ProcessCheckpoint({
      ...options,
      process: options.process.name,
      inputs: this.#inbox.categories,
    });
    this.#listening = this.#listenForEver();
  }

  async check(): Promise<{ readonly warning?: string }> {
    const trouble = this.#trouble ?? this.#slices.trouble() ?? this.#untold;
    if (trouble !== undefined) throw trouble;
    const stuck = await stuckWarning(this.#options.records);
    const warnings = [stuck, this.#parked.health().warning].filter((each) => each !== undefined);
    return warnings.length === 0 ? {} : { warning: warnings.join("; ") };
  }

  /** How long it has not heard all that is in the log. */
  behindMs(): number {
    return this.#behindSince === undefined ? 0 : this.#now() - this.#behindSince;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#ending.push(this.#driven.end());
    await this.#listening;
    await Promise.all(this.#ending);
    await this.#slices[Symbol.asyncDispose]();
  }

  async #listenForEver(): Promise<void> {
    const { logger, process, random } = this.#options;
    const { signal } = this.#stopped;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        await this.#listen(() => {
          if (failures > 0) this.#isNews = time.onceEvery(tellEveryMs);
          failures = 0;
          this.#trouble = undefined;
        });
      } catch (error) {
        if (signal.aborted) return;
        this.#behindSince ??= this.#now();
        if (error instanceof eventLog.ForeignPosition) await this.#standStill(error);
        else {
          this.#trouble = error;
          const isMachine = Unavailable.isCauseOf(error);
          const level = !this.#isNews(String(error)) ? "debug" : isMachine ? "warn" : "error";
          logger[level]("process interrupted, will go on", { processManager: process.name, error });
        }
        await time.pause(random() * Math.min(longestPauseMs, 50 * 2 ** failures), {
          signal,
          clock: this.#clock,
        });
      }
    }
  }

  /** Until the process is stopped, or somebody has it hear everything again. */
  async #listen(progressed: () => void): Promise<void> {
    const { log, process, records } = this.#options;
    await this.#slices.begun;
    const early = new Set<number>();
    this.#gained = (slices) => slices.forEach((slice) => early.add(slice));
    const { heard, stopped, unfinished, knowsUnfinished } = await this.#checkpoint.load();
    this.#reached = heard?.position ?? -1;
    this.#told = stopped;
    const head = await log.head();
    const interruption = new AbortController();
    const signal = AbortSignal.any([this.#stopped.signal, interruption.signal]);
    const { categories } = this.#inbox;
    let failure: unknown = new Unavailable(
      `Cannot go on with process "${process.name}": its subscription ended`,
    );
    function fail(error: unknown): void {
      if (!signal.aborted) failure = error;
      interruption.abort();
    }
    const later = new LaterRecords({ checkpoint: this.#checkpoint, failed: fail });
    this.#later = later;
    let finding: Promise<void> | undefined;
    let telling: Promise<void> | undefined;
    let isTheLogHeard = false;
    this.#caughtUpAt = undefined;
    this.#isCaughtUp = false;
    try {
      const after = heard?.mark ?? heard?.position;
      for await (const batch of log.subscribe({ after, categories, signal })) {
        const cameAt = this.#now();
        this.#isCaughtUp = false;
        this.#behindSince ??= cameAt;
        // Nothing is driven before that is known
        if (!isTheLogHeard) {
          isTheLogHeard = true;
          if (stopped !== undefined) await records.stop(undefined);
          const tried = await this.#parked.tryAgain((inputs) =>
            this.#inbox.hear(inputs, this.#parked)
          );
          await this.#checkpoint.note(await this.#inbox.standing(tried));
          for (const id of new Set([...unfinished, ...tried])) {
            this.#driven.drive(id, { isOnRecord: true });
          }
          this.#fresh = new FreshInputs(head);
          this.#gained = (slices) => void this.#resume(slices, later).catch(fail);
          if (early.size > 0) this.#gained([...early]);
          telling = this.#tellNotices(later, signal).catch(fail);
        }
        await this.#hear(batch, later);
        this.#reached = batch.position ?? this.#reached;
        this.#isCaughtUp = batch.caughtUp;
        if (batch.caughtUp) {
          this.#caughtUpAt = cameAt;
          this.#behindSince = undefined;
        }
        progressed();
        // What is new does not wait for what is old
        if (knowsUnfinished || (batch.position ?? 0) < (head ?? 0)) continue;
        finding ??= findUnfinished({
          ...this.#options,
          ...{ inbox: this.#inbox, checkpoint: this.#checkpoint, driven: this.#driven, signal },
        }).catch(fail);
      }
    } finally {
      interruption.abort();
      this.#gained = () => {};
      await Promise.all([finding, telling]);
      await later.close();
    }
    if (this.#stopped.signal.aborted || failure instanceof RecordsForgotten) return;
    throw failure;
  }

  /** Nothing of what is known belongs to the log that there is now. */
  async #standStill({ message }: eventLog.ForeignPosition): Promise<void> {
    const { logger, process: { name: processManager }, records } = this.#options;
    this.#ending.push(this.#driven.end());
    this.#inbox = new ProcessInbox(this.#options.process, this.#options);
    this.#driven = this.#newDriven();
    const cause = `${message}: rehear "${processManager}", or put the log back that it heard`;
    const trouble = new Error(cause);
    if (this.#isNews(cause)) logger.error("process stands still", { processManager, cause });
    this.#trouble = trouble;
    if (this.#told === cause) return;
    try {
      await records.stop(cause);
    } catch (error) {
      logger.warn("cannot note that a process stands still", { processManager, error });
    }
  }

  async #hear(
    { events, position, mark }: eventLog.EventBatch,
    later: LaterRecords,
  ): Promise<void> {
    const heard = new Set<string>();
    for (let at = 0; at < events.length; at += heardAtOnce) {
      const part = events.slice(at, at + heardAtOnce);
      const { instances, letters } = await this.#inbox.hear(part, this.#parked);
      for (const id of instances) heard.add(id);
      await this.#parked.park(letters);
      // They end, and drive nothing before that was heard
      for (const { instance } of letters) this.#driven.wake(instance ?? "");
    }
    const isNews = heard.size > 0 || mark !== undefined && this.#checkpoint.lacksMark;
    if (position === undefined || !isNews) return;
    const instances = await this.#inbox.standing(heard, (...one) => later.note(new Map([one])));
    later.add({ position, mark }, new Map());
    const { knowsUnfinished } = this.#checkpoint;
    const isFresh = knowsUnfinished && events.every((event) => this.#fresh.includes(event));
    this.#driven.look(instances, { isFresh });
  }

  /** Goes on with what was begun in these slices, also by another process. */
  async #resume(slices: readonly number[], later: LaterRecords): Promise<void> {
    const { log, records: { slices: store } } = this.#options;
    const driven = this.#driven;
    await this.#fresh.takingOver(async () => {
      const head = await log.head();
      await later.flush();
      driven.resume(await store?.unfinished(slices) ?? []);
      return head;
    });
  }

  #tellNotices(later: LaterRecords, signal: AbortSignal): Promise<void> {
    return tellNotices({
      ...this.#options,
      ...{ inbox: this.#inbox, parked: this.#parked, clock: this.#clock, signal, now: this.#now },
      ...{ driven: this.#driven, later },
      slices: () => this.#slices.slices(),
      troubled: (trouble) => this.#untold = trouble,
      heardUntil: () => this.#isCaughtUp ? this.#now() : this.#caughtUpAt,
    });
  }

  #newDriven(): DrivenInstances {
    return new DrivenInstances({
      ...this.#options,
      random: this.#options.random,
      inbox: this.#inbox,
      parked: this.#parked,
      places: this.#places,
      recalling: this.#recalling,
      clock: this.#clock,
      now: this.#now,
      owns: (id) => this.#slices.owns(id),
      reached: () => this.#reached,
      note: (...hold) => this.#note(...hold),
      became: (id, standing) => this.#became(id, standing),
    });
  }

  #became(id: string, standing: Standing): void {
    this.#later?.note(new Map([[id, standing]]));
  }

  async #note(...hold: Parameters<ProcessRecords["note"]>): Promise<void> {
    // Not before the instance itself is on record
    await this.#later?.flush();
    await this.#options.records.note(...hold);
  }
}
