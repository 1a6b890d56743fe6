import type { Log } from "@headwater/core";
import { uuidText } from "../log/event_id.ts";
import type { StoredEvent } from "../log/stored_event.ts";
import type { EventStore, ResolvedEvent } from "../projected/event_store.ts";
import { CheckpointStore } from "./checkpoint_store.ts";
import { Delivery, type NackAction } from "./delivery.ts";
import { type ConsumerClient, GroupConnection } from "./group_connection.ts";
import { GroupError } from "./group_error.ts";
import { type Considered, type GroupSource, groupSource } from "./group_source.ts";
import { type GroupConfig, readBatchOf, subscriptionId } from "./group_settings.ts";
import type { Consumer, Entry } from "./message.ts";
import { ParkedMessages } from "./parked_messages.ts";
import { Replay } from "./replay.ts";

export type GroupOptions = {
  readonly store: EventStore;
  readonly logger: Log;
  /** How often it looks for what took too long, and whether a checkpoint is due. */
  readonly tickMs: number;
};

/** A running group: feeds its delivery from the log, and does to the log what follows from it. */
export class SubscriptionGroup {
  readonly config: GroupConfig;
  readonly checkpoints: CheckpointStore;
  readonly parked: ParkedMessages;
  readonly delivery: Delivery;
  readonly #options: GroupOptions;
  readonly #source: GroupSource;
  readonly #replay: Replay;
  readonly #connections = new Map<Consumer, GroupConnection>();
  readonly #startedAt = performance.now();
  readonly #work = new Set<Promise<void>>();
  #state: "not-ready" | "behind" | "live" | "closed" = "not-ready";
  #next = 0;
  #lastKnown: number | undefined;
  #liveCount = 0;
  #missed = false;
  #reading = false;
  /** Its stream is deleted for ever, which it has found at reading: there is nothing more for anybody. */
  #isEnded = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  #stopWatching = () => {};

  constructor(config: GroupConfig, options: GroupOptions) {
    const { store } = options;
    this.config = config;
    this.#options = options;
    this.#source = groupSource(store, config);
    this.checkpoints = new CheckpointStore(store, config);
    this.parked = new ParkedMessages(store, config);
    this.delivery = new Delivery(config.settings, {
      send: (consumer, message) => this.#connections.get(consumer)!.send(message),
      park: (entry, reason) => this.#run("park a message", () => this.#park(entry, reason)),
      checkpoint: (place) => this.#run("write a checkpoint", () => this.checkpoints.write(place)),
      replayed: (message) => this.#replay.done(message),
      answered: (consumer, ms) => this.#connections.get(consumer)?.statistics.answered(ms),
    });
    const batchSize = readBatchOf(config.settings);
    const { delivery, parked } = this;
    this.#replay = new Replay({ store, delivery, parked, batchSize });
  }

  get connections(): Iterable<GroupConnection> {
    return this.#connections.values();
  }

  get lastKnown(): number | undefined {
    return this.#lastKnown;
  }

  /** Events that came as they were written. */
  get liveCount(): number {
    return this.#liveCount;
  }

  get runsForMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** In the original's words. */
  get status(): string {
    const flags = [
      this.#state === "behind" && "Behind",
      this.#reading && "OutstandingPageRequest",
      this.#replay.isActive && "ReplayingParkedMessages",
      this.#state === "live" && "Live",
    ].filter((flag) => flag !== false);
    return flags.length === 0 ? "NotReady" : flags.join(", ");
  }

  /** Begins after the checkpoint, or where its settings say. */
  async start(): Promise<void> {
    const { startFrom, liveFrom } = this.config.settings;
    const checkpoint = await this.checkpoints.load();
    if (this.#state === "closed") return;
    const first = startFrom === "end" ? liveFrom : startFrom;
    this.#next = checkpoint === undefined ? first : checkpoint + 1;
    this.#state = "behind";
    this.#stopWatching = this.#source.watch((considered) => this.#takeLive(considered));
    this.#timer = setInterval(() => this.#tick(), this.#options.tickMs);
    this.#run("read its source", () => this.#read());
  }

  /** Errors: `GroupError` when there may be no more. */
  connect(client: ConsumerClient, bufferSize: number): GroupConnection {
    const { maxSubscriberCount, extraStatistics } = this.config.settings;
    // It is being changed
    if (this.#state === "closed") throw new GroupError("dropped", this.config);
    if (maxSubscriberCount > 0 && this.#connections.size >= maxSubscriberCount) {
      throw new GroupError("has-enough-consumers", this.config);
    }
    const consumer = this.delivery.connect(bufferSize);
    const connection = new GroupConnection(consumer, {
      client,
      id: subscriptionId(this.config),
      tracksLatency: extraStatistics,
      hasRoom: () => this.#go(),
    });
    this.#connections.set(consumer, connection);
    connection.confirm();
    if (this.#isEnded) connection.drop(new GroupError("dropped", this.config));
    this.#go();
    return connection;
  }

  disconnect({ consumer }: GroupConnection): void {
    if (this.#state === "closed") return;
    this.delivery.disconnect(consumer, performance.now());
    this.#connections.delete(consumer);
    this.#go();
  }

  acknowledge(ids: readonly string[]): void {
    if (this.#state === "closed") return;
    this.delivery.acknowledge(ids, performance.now());
    this.#go();
  }

  refuse(
    ids: readonly string[],
    answer: { readonly action: NackAction; readonly reason: string },
  ): void {
    if (this.#state === "closed") return;
    this.delivery.refuse(ids, { ...answer, now: performance.now() });
    this.#go();
  }

  async replayParked(stopAt: number): Promise<void> {
    await this.#replay.start(stopAt);
    this.#go();
  }

  /** Ends all connections and stops; resolves when nothing of it is being written any more. */
  async close(): Promise<void> {
    this.#state = "closed";
    clearInterval(this.#timer);
    this.#stopWatching();
    this.#dropAll();
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  #dropAll(): void {
    for (const connection of this.#connections.values()) {
      connection.drop(new GroupError("dropped", this.config));
    }
  }

  /** Sends what can be sent, and gets more where there is room. */
  #go(): void {
    if (this.#state === "closed" || this.#state === "not-ready") return;
    this.delivery.dispatch(performance.now());
    if (this.#state === "behind" && !this.#reading) {
      this.#run("read its source", () => this.#read());
    }
    if (this.#replay.isActive) this.#run("replay parked messages", () => this.#bringBack());
  }

  #tick(): void {
    this.delivery.tick(performance.now());
    this.#go();
    this.#run("write a checkpoint", () => this.checkpoints.retry());
    this.#run("cut off replayed messages", () => this.#replay.truncate());
  }

  async #read(): Promise<void> {
    if (this.#reading || this.#isEnded) return;
    const batchSize = readBatchOf(this.config.settings);
    this.#reading = true;
    try {
      while (this.#state === "behind" && this.delivery.room >= batchSize) {
        this.#missed = false;
        const page = await this.#source.page(this.#next, batchSize);
        const { considered, next, last } = page;
        if (this.#state !== "behind") return;
        if (page.isEnded) {
          this.#isEnded = true;
          return this.#dropAll();
        }
        for (const each of considered) this.#take(each);
        this.#next = Math.max(this.#next, next);
        if (last && !this.#missed) this.#state = "live";
        this.delivery.dispatch(performance.now());
      }
    } finally {
      this.#reading = false;
    }
  }

  #takeLive(considered: Considered): void {
    if (considered.place < this.#next) return;
    const waits = this.#state !== "live" || this.delivery.room === 0;
    if (waits) {
      // It is read from the log again when there is room
      this.#missed = true;
      if (this.#state === "live") this.#state = "behind";
      return;
    }
    try {
      this.#take(considered);
    } catch (error) {
      // Whoever writes must not suffer for it
      this.#state = "behind";
      return this.#run("follow a link", () => Promise.reject(error));
    }
    this.#liveCount++;
    this.delivery.dispatch(performance.now());
  }

  #take({ place, event, passed }: Considered): void {
    const resolved = event && this.#resolve(event);
    this.#lastKnown = place;
    this.#next = place + 1;
    if (passed > 0) this.delivery.pass(event ? place - 1 : place, passed);
    if (resolved) this.delivery.add({ id: uuidText(event!.id), resolved, place });
  }

  #resolve(event: StoredEvent): ResolvedEvent {
    const { resolveLinks } = this.config.settings;
    return resolveLinks ? this.#options.store.resolve(event) : { event, link: undefined };
  }

  async #park(entry: Entry, reason: string): Promise<void> {
    try {
      await this.parked.park(entry.message, reason);
    } catch (error) {
      this.delivery.parkFailed(entry);
      throw error;
    }
    this.delivery.parked(entry, performance.now());
    this.#go();
  }

  async #bringBack(): Promise<void> {
    if (await this.#replay.advance()) this.#go();
  }

  /** What fails is tried again at the next tick, or when consumers go on. */
  #run(action: string, work: () => Promise<void>): void {
    const done = work().catch((error) => {
      const { stream, group } = this.config;
      this.#options.logger.warn(`Persistent subscription cannot ${action}`, {
        stream,
        group,
        error,
      });
    }).finally(() => this.#work.delete(done));
    this.#work.add(done);
  }
}
