import { type EventLog, type Log, Unavailable, type View } from "@headwater/core";
import type { Sql } from "postgres";
import {
  type Checkpoint,
  checkpointOf,
  type Generation,
  reportOfGeneration,
  type Verdict,
} from "./generation.ts";
import { holdLease, type KeptLease, readGeneration, renewLease, takeLease } from "./lease.ts";
import type { Letters } from "./letters.ts";
import { switchGeneration } from "./switch_generation.ts";
import { suffixOf } from "./table_definition.ts";
import { compareWithLive, forgetLive, rememberLive, writeVerdict } from "./verify_generation.ts";
import { ViewTable } from "./view_table.ts";
import type { ActOf, LoadedGeneration, OutcomeOf } from "./worker_state.ts";

/** So long nobody need look at what was kept as it was. */
const keptMs = 1_500;
/** How often a lease is renewed while something takes long. */
const holdEveryMs = 1_000;

export type GenerationKeeperOptions = {
  readonly view: View;
  /** Which of its tables. */
  readonly generation: Generation;
  /** By what other processes know this one. */
  readonly owner: string;
  /** False: other processes have less to do, and go first. */
  isHungry(): boolean;
  readonly sql: Sql;
  readonly log: Pick<EventLog, "identity">;
  readonly logger: Log;
};

/** What a worker does about its generation as a whole: has it, sees who has it, and lets it be read. */
export class GenerationKeeper {
  readonly #options: GenerationKeeperOptions;
  readonly #letters: Letters;
  #wasOwner = false;
  #kept: { readonly lease: KeptLease; readonly askedAt: number } | undefined;

  constructor(options: GenerationKeeperOptions, letters: Letters) {
    this.#options = options;
    this.#letters = letters;
  }

  get place(): Pick<Generation, "name" | "generation"> {
    const { name, generation } = this.#options.generation;
    return { name, generation };
  }

  get tables(): { readonly view: View; readonly suffix: string } {
    const { view, generation } = this.#options;
    return { view, suffix: suffixOf(generation) };
  }

  /** This release can apply events to it: it is of its version, with its definition. */
  get isOwn(): boolean {
    const { view, generation: { version, fingerprint } } = this.#options;
    return version === view.version && fingerprint === view.fingerprint;
  }

  /** This release can read it. */
  get hasColumns(): boolean {
    const { view, generation: { definition } } = this.#options;
    return this.isOwn || view.definition.tables.every(({ table, columns }) => {
      const there = definition.tables.find((other) => other.table === table)?.columns ?? {};
      return Object.entries(columns).every(([property, type]) => there[property] === type);
    });
  }

  /** Takes the lease, or keeps it where `epoch` is the one it was left with, or finds that another process has it. */
  async prepare(
    epoch: number | undefined,
  ): Promise<{ readonly outcome: OutcomeOf<"prepared">; readonly table?: ViewTable }> {
    const { sql, owner: id, isHungry } = this.#options;
    const owner = { id, epoch: this.#wasOwner ? epoch ?? -1 : undefined, isHungry: isHungry() };
    const taken = this.isOwn ? await takeLease(sql, { ...this.place, owner }) : await this.#read();
    const none = { type: "prepared" as const, found: undefined, isOwner: false };
    if (!taken) return { outcome: none };
    const { generation, isOwner } = taken;
    if (!isOwner) {
      return { outcome: { type: "prepared", found: await this.#elsewhere(generation), isOwner } };
    }
    const found = loaded(generation);
    this.#wasOwner = true;
    const table = await ViewTable.open(sql, this.tables);
    if (!table) return { outcome: none };
    const parked = await this.#letters.load();
    return { outcome: { type: "prepared", found, isOwner, parked }, table };
  }

  /** How far the process is that has it. */
  async see(): Promise<OutcomeOf<"seen">> {
    const found = await readGeneration(this.#options.sql, this.place);
    if (!found) return { type: "seen", found, isFree: false };
    const parked = await this.#letters.load();
    return { type: "seen", found: await this.#elsewhere(found), isFree: found.isFree, parked };
  }

  /** As another process has it; which is none of ours where that one follows another log, and we would not notice. */
  async #elsewhere(generation: Generation): Promise<LoadedGeneration> {
    const found = loaded(generation);
    const { checkpoint: { mark }, report } = found;
    if (!mark || report.state === "other-log") return found;
    const log = await this.#identity();
    if (log === undefined || log === mark.log) return found;
    const cause =
      `Process "${generation.owner}" fills "${generation.name}" from event log "${mark.log}", this is event log "${log}": give each log databases of its own`;
    return { ...found, report: { ...report, state: "other-log", cause, caughtUp: false } };
  }

  /** Of our log; undefined: it cannot tell just now. */
  async #identity(): Promise<string | undefined> {
    try {
      return await this.#options.log.identity();
    } catch (error) {
      if (Unavailable.isCauseOf(error)) return undefined;
      throw error;
    }
  }

  /** Its lease was kept with those of others, asked for at `askedAt` (`performance.now()`). */
  keep(lease: KeptLease, askedAt: number): void {
    this.#kept = { lease, askedAt };
  }

  /** Has it, as it was left, and without having to ask. */
  #hasKept({ epoch, position, status }: Checkpoint): boolean {
    if (!this.#kept || performance.now() - this.#kept.askedAt > keptMs) return false;
    const { lease } = this.#kept;
    return lease.epoch === epoch && lease.status === status &&
      (lease.position ?? undefined) === position;
  }

  async look({ at }: ActOf<"look">): Promise<OutcomeOf<"done" | "moved">> {
    if (this.#hasKept(at)) return { type: "done", areDue: await this.#letters.areDue() };
    const status = await renewLease(this.#options.sql, { ...this.place, at });
    if (!status) return { type: "moved" };
    return { type: "done", status, areDue: await this.#letters.areDue() };
  }

  /** Keeps the lease while something takes long that does not move the checkpoint. */
  async holding<Result>(
    { epoch }: Pick<Checkpoint, "epoch">,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const { sql, logger } = this.#options;
    const holding = setInterval(() => {
      holdLease(sql, { ...this.place, epoch }).catch((error) =>
        logger.debug("A lease could not be held", { error })
      );
    }, holdEveryMs);
    try {
      return await work();
    } finally {
      clearInterval(holding);
    }
  }

  async remember({ at }: ActOf<"remember">): Promise<OutcomeOf<"remembered" | "moved">> {
    const { sql, view, generation: candidate } = this.#options;
    if (!await renewLease(sql, { ...this.place, at })) return { type: "moved" };
    const before = await this.holding(at, () => rememberLive(sql, { view, candidate }));
    return { type: "remembered", before };
  }

  async compare({ before, at }: ActOf<"compare">): Promise<OutcomeOf<"compared" | "moved">> {
    const { sql, view, generation: candidate } = this.#options;
    const verdict: Verdict | undefined = "note" in before
      ? { position: null, differing: 0, examples: [], note: before.note }
      : await this.holding(at, () => compareWithLive(sql, { view, candidate, ...before }));
    if (!verdict) return { type: "moved" };
    const status = await writeVerdict(sql, { ...this.place, at, verdict });
    if (!status) return { type: "moved" };
    await forgetLive(sql, { view, candidate });
    return { type: "compared", status, isSame: verdict.differing === 0 };
  }

  async switch({ at: { epoch } }: ActOf<"switch">): Promise<OutcomeOf<"switched">> {
    const { sql, view, logger, generation: { generation } } = this.#options;
    const outcome = await switchGeneration(sql, { view, to: "ready", by: { generation, epoch } });
    logger.debug("A generation wants to be read", outcome);
    return { type: "switched", isSwitched: outcome.type === "switched" };
  }

  async #read(): Promise<
    { readonly generation: Generation; readonly isOwner: boolean } | undefined
  > {
    const generation = await readGeneration(this.#options.sql, this.place);
    return generation && { generation, isOwner: false };
  }
}

function loaded(generation: Generation): LoadedGeneration {
  return {
    checkpoint: checkpointOf(generation),
    report: reportOfGeneration(generation),
    switches: generation.switches,
  };
}
