import { bytesOf, type Cache, type CacheBudget, cacheBudget } from "./cache.ts";
import type { EventLog } from "./event_log.ts";
import type { Decider } from "./decider.ts";
import type { DomainCommand, DomainEvent, Recorded } from "./event.ts";
import type { EventSchemas } from "./event_schemas.ts";
import { pause } from "./time.ts";
import { Turns } from "./turns.ts";

/** What came of a command, kept in the metadata of its events. */
export type CommandTrace = {
  readonly hash: string;
  /** Revision and position of the last event it led to. */
  readonly revision: number;
  readonly position: number;
};

/** An aggregate folded up to `revision`. */
export type Loaded<State> = {
  readonly stream: string;
  readonly state: State;
  /** Of the last event; -1: the stream does not exist. */
  readonly revision: number;
  readonly position: number | undefined;
  /** The last event. */
  readonly last: Recorded | undefined;
  /** By command id: every command that ever led to events in this stream. */
  readonly commands: ReadonlyMap<string, CommandTrace>;
};

type Baseline<State> = Loaded<State> & {
  readonly commands: Map<string, CommandTrace>;
  /** What it takes in the heap, estimated by the events that led to it. */
  readonly bytes: number;
};

/** Measured: what a stream of small events takes beside the data of its events, and each of its commands. */
const bytesOfStream = 800;
const bytesOfTrace = 250;

export type AggregateStoreOptions<
  Command extends DomainCommand,
  Event extends DomainEvent,
  State,
> = {
  readonly log: Pick<EventLog, "append" | "read">;
  readonly decider: Decider<Command, Event, State>;
  readonly events: EventSchemas<Event>;
  /** What the folded streams that are kept in memory are paid from; default: one of its own. */
  readonly cacheBudget?: CacheBudget;
};

/**
 * Loads aggregates of one category. Folded states are kept, but only as a baseline: the tail of the stream is read
 * from the log at every load, so what others appended is always seen.
 *
 * Commands of this process on one stream take turns, so that a busy aggregate does not lose races against itself.
 */
export class AggregateStore<Command extends DomainCommand, Event extends DomainEvent, State> {
  readonly log: Pick<EventLog, "append" | "read">;
  readonly decider: Decider<Command, Event, State>;
  readonly events: EventSchemas<Event>;
  readonly #baselines: Cache<Baseline<State>>;
  readonly #turns = new Turns();

  constructor(options: AggregateStoreOptions<Command, Event, State>) {
    this.log = options.log;
    this.decider = options.decider;
    this.events = options.events;
    this.#baselines = (options.cacheBudget ?? cacheBudget()).open(({ bytes }) => bytes);
  }

  streamOf(id: string): string {
    return `${this.events.category}-${id}`;
  }

  /** The aggregate as the log has it now. */
  load(id: string): Promise<Loaded<State>> {
    const stream = this.streamOf(id);
    return this.exclusive(stream, () => this.refresh(stream));
  }

  /** Runs `task` when everything given before for this stream is done. */
  exclusive<Result>(stream: string, task: () => Promise<Result>): Promise<Result> {
    return this.#turns.take(stream, task);
  }

  /** To be called within `exclusive`. */
  async refresh(stream: string): Promise<Loaded<State>> {
    const turn = new FoldingTurn();
    let baseline: Baseline<State> = this.#baselines.get(stream) ?? {
      stream,
      state: this.decider.initialState,
      revision: -1,
      position: undefined,
      last: undefined,
      commands: new Map(),
      bytes: bytesOfStream,
    };
    for await (const page of this.log.read(stream, { from: baseline.revision + 1 })) {
      baseline = await this.#fold(baseline, page, turn);
    }
    if (baseline.revision >= 0) this.#baselines.set(stream, baseline);
    return baseline;
  }

  /** Forgets what was folded: the next load starts from the log's first event. */
  forget(stream: string): void {
    this.#baselines.delete(stream);
  }

  async #fold(
    baseline: Baseline<State>,
    page: readonly Recorded[],
    turn: FoldingTurn,
  ): Promise<Baseline<State>> {
    let { state, revision, position, bytes } = baseline;
    for (const recorded of page) {
      if (turn.isOver()) await turn.renew();
      const event = this.events.decode(recorded);
      if (event) state = this.decider.evolve(state, event);
      ({ revision, position } = recorded);
      const { commandId, commandHash: hash } = recorded.metadata;
      baseline.commands.set(commandId, { hash, revision, position });
      bytes += bytesOfTrace + bytesOf(recorded.data);
    }
    return { ...baseline, state, revision, position, bytes, last: page.at(-1) ?? baseline.last };
  }
}

/** Milliseconds that a fold goes on before timers and sockets get a turn: logs that never wait do not give them one. */
const longestTurnMs = 8;
/** So many events between two looks at the clock: most folds are of fewer, and never look. */
const eventsPerLook = 16;

class FoldingTurn {
  #events = 0;
  #began: number | undefined;

  /** To be asked before each event. */
  isOver(): boolean {
    if (++this.#events % eventsPerLook !== 0) return false;
    this.#began ??= performance.now();
    return performance.now() - this.#began > longestTurnMs;
  }

  async renew(): Promise<void> {
    await pause(0);
    this.#began = performance.now();
  }
}
