import { type ConsumerStrategy, createConsumerStrategy } from "./consumer_strategy.ts";
import { type Consumer, type Entry, hasRoom, type Message } from "./message.ts";
import { type CheckpointSettings, Progress } from "./progress.ts";

export type DeliverySettings = CheckpointSettings & {
  /** 0: never. */
  readonly messageTimeoutMs: number;
  readonly maxRetryCount: number;
  /** So many messages wait here for consumers. */
  readonly historyBufferSize: number;
  readonly consumerStrategy: string;
};

/** What a delivery wants done; must not call back at once. */
export type DeliveryEffects = {
  send(consumer: Consumer, message: { readonly message: Message; readonly retries: number }): void;
  /** To be kept for later: then `parked` or `parkFailed`. */
  park(entry: Entry, reason: string): void;
  checkpoint(place: number): void;
  /** A replayed message is done with. */
  replayed(message: Message): void;
  /** Acknowledged or refused. */
  answered(consumer: Consumer, durationMs: number): void;
};

export type NackAction = "unknown" | "park" | "retry" | "skip" | "stop";

/**
 * Hands the events of a source to the consumers of a group, each until somebody has acknowledged it, or it was skipped
 * or parked. Knows no time and does nothing by itself: every call says when it is and gives way to the effects that
 * follow from it.
 */
export class Delivery {
  readonly #settings: DeliverySettings;
  readonly #effects: DeliveryEffects;
  readonly #strategy: ConsumerStrategy;
  readonly #progress: Progress;
  readonly #consumers: Consumer[] = [];
  readonly #buffer = new Set<Entry>();
  /** Those of the source in its order, then those that are replayed. */
  #retries = new Set<Entry>();
  /** With a consumer, by their ids. */
  readonly #outstanding = new Map<string, Entry>();
  /** Those that are being kept for later. */
  readonly #parking = new Set<Entry>();
  #replays = 0;
  #connected = 0;
  #sent = 0;

  constructor(settings: DeliverySettings, effects: DeliveryEffects) {
    this.#settings = settings;
    this.#effects = effects;
    this.#strategy = createConsumerStrategy(settings.consumerStrategy);
    this.#progress = new Progress(settings);
  }

  get counts(): { buffered: number; retries: number; outstanding: number; sent: number } {
    return {
      buffered: this.#buffer.size,
      retries: this.#retries.size,
      outstanding: this.#outstanding.size,
      sent: this.#sent,
    };
  }

  get consumers(): readonly Consumer[] {
    return this.#consumers;
  }

  /** So many more messages can be added. */
  get room(): number {
    const waiting = this.#buffer.size + this.#retries.size + this.#parking.size;
    return Math.max(0, this.#settings.historyBufferSize - waiting);
  }

  /** The next message of the source; `dispatch` comes after the last of many. */
  add(message: Message & { readonly place: number }): void {
    const sequence = this.#progress.begin(message.place);
    this.#buffer.add(entryOf(message, sequence));
  }

  /** Events of the source up to `place` that are not for this group. */
  pass(place: number, count: number): void {
    this.#progress.pass(place, count);
  }

  /** A parked message, once more. */
  replay(message: Message): void {
    this.#retries.add(entryOf(message, this.#replays++));
  }

  connect(bufferSize: number): Consumer {
    const number = ++this.#connected;
    const consumer = { number, bufferSize, inFlight: new Set<Entry>(), isBlocked: false };
    this.#consumers.push(consumer);
    return consumer;
  }

  /** What it had not acknowledged goes to others, however often it was delivered. */
  disconnect(consumer: Consumer, now: number): void {
    const at = this.#consumers.indexOf(consumer);
    if (at === -1) return;
    this.#consumers.splice(at, 1);
    const left = [...consumer.inFlight];
    for (const entry of left) {
      this.#release(entry);
      entry.retries++;
    }
    this.#requeue(left);
    this.dispatch(now);
  }

  /** Ids that are not outstanding are ignored. */
  acknowledge(ids: readonly string[], now: number): void {
    for (const id of ids) {
      const entry = this.#outstanding.get(id);
      if (!entry) continue;
      this.#effects.answered(entry.consumer!, now - entry.sentAt);
      this.#release(entry);
      this.#finish(entry);
    }
    this.#checkpoint(now, false);
    this.dispatch(now);
  }

  /** "stop" stops nothing, on the original neither. */
  refuse(
    ids: readonly string[],
    { action, reason, now }: {
      readonly action: NackAction;
      readonly reason: string;
      readonly now: number;
    },
  ): void {
    const known = ids.map((id) => this.#outstanding.get(id)).filter((entry) => !!entry);
    const entries = new Set(known);
    for (const entry of entries) this.#effects.answered(entry.consumer!, now - entry.sentAt);
    const isToBeRetried = action === "retry" || action === "unknown";
    if (isToBeRetried) this.#again([...entries]);
    for (const entry of isToBeRetried ? [] : entries) {
      this.#release(entry);
      if (action === "park") this.#park(entry, `Client explicitly NAK'ed message.\n${reason}`);
      else this.#finish(entry);
    }
    this.#checkpoint(now, false);
    this.dispatch(now);
  }

  /** It is kept: done with here. */
  parked(entry: Entry, now: number): void {
    this.#parking.delete(entry);
    this.#finish(entry);
    this.#checkpoint(now, false);
  }

  /** It could not be kept: some consumer gets it again. */
  parkFailed(entry: Entry): void {
    this.#parking.delete(entry);
    this.#requeue([entry]);
  }

  /** Called about every second: gives up waiting for who has not answered in time. */
  tick(now: number): void {
    const { messageTimeoutMs } = this.#settings;
    if (messageTimeoutMs > 0) {
      const late = [...this.#outstanding.values()]
        .filter(({ sentAt }) => now - sentAt >= messageTimeoutMs);
      this.#again(late);
    }
    this.dispatch(now);
    this.#checkpoint(now, true);
  }

  /** Sends what consumers can take. */
  dispatch(now: number): void {
    if (!this.#consumers.some(hasRoom)) return;
    for (const queue of [this.#retries, this.#buffer]) {
      for (const entry of queue) {
        // Another event of the same id is out: an acknowledgement could mean either
        if (this.#outstanding.has(entry.message.id)) continue;
        const consumer = this.#strategy(entry.message, this.#consumers);
        if (consumer === "busy") return;
        if (consumer === "wait") continue;
        queue.delete(entry);
        entry.consumer = consumer;
        entry.sentAt = now;
        consumer.inFlight.add(entry);
        this.#outstanding.set(entry.message.id, entry);
        this.#sent++;
        this.#effects.send(consumer, { message: entry.message, retries: entry.retries });
      }
    }
  }

  /** Delivers once more what was delivered in vain, or parks it after too many times. */
  #again(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    const { maxRetryCount } = this.#settings;
    const retried: Entry[] = [];
    for (const entry of entries) {
      this.#release(entry);
      if (entry.retries >= maxRetryCount) {
        this.#park(entry, `Reached retry count of ${maxRetryCount}`);
      } else {
        entry.retries++;
        retried.push(entry);
      }
    }
    this.#requeue(retried);
  }

  #park(entry: Entry, reason: string): void {
    this.#parking.add(entry);
    this.#effects.park(entry, reason);
  }

  #requeue(entries: readonly Entry[]): void {
    const all = [...this.#retries, ...entries];
    const ofSource = all.filter(({ message }) => message.place !== undefined);
    ofSource.sort((a, b) => a.sequence - b.sequence);
    const replays = all.filter(({ message }) => message.place === undefined);
    this.#retries = new Set([...ofSource, ...replays]);
  }

  #release(entry: Entry): void {
    entry.consumer?.inFlight.delete(entry);
    entry.consumer = undefined;
    this.#outstanding.delete(entry.message.id);
  }

  #finish({ message, sequence }: Entry): void {
    if (message.place === undefined) this.#effects.replayed(message);
    else this.#progress.finish(sequence);
  }

  #checkpoint(now: number, isTick: boolean): void {
    const place = this.#progress.due(now, { isTick });
    if (place !== undefined) this.#effects.checkpoint(place);
  }
}

function entryOf(message: Message, sequence: number): Entry {
  return { message, sequence, retries: 0, consumer: undefined, sentAt: 0 };
}
