import { eventLog, type Recorded, silentLog, type time } from "@headwater/core";
import {
  type ConnectionAttempt,
  type SubscriptionMessage,
  SupervisedSubscription,
} from "../supervised_subscription.ts";
import { type TailEvent, TailWatch } from "../tail_watch.ts";

/** An attempt whose server is the test. */
export type FakeAttempt = ConnectionAttempt & {
  /** Where it was asked to go on. */
  readonly after: number | undefined;
  readonly isOver: boolean;
  send(...messages: SubscriptionMessage[]): void;
};

export const caughtUp: SubscriptionMessage = { kind: "caught-up" };

export function event(position: number): SubscriptionMessage {
  return { kind: "event", position, id: idAt(position), event: recorded(position) };
}

/** Of the event that the tests' log has at a position. */
function idAt(position: number): string {
  return `00000000-0000-4000-8000-${String(position).padStart(12, "0")}`;
}

/** The event by which the tests' log is known. */
export function markAt(position: number): eventLog.LogMark {
  return { log: testLog, position, id: idAt(position) };
}

/** An event at the end of the tests' log. */
export function tailEvent(position: number, stream: string, type = "Happened"): TailEvent {
  return { position, stream, type, id: idAt(position) };
}

const testLog = "00000000-0000-4000-8000-000000000000";

export function checkpoint(position: number): SubscriptionMessage {
  return { kind: "checkpoint", position };
}

function recorded(position: number): Recorded {
  return {
    id: idAt(position),
    type: "OrderPlaced",
    data: {},
    stream: "order-1",
    revision: position,
    position,
    recordedAt: "2026-01-01T00:00:00.000Z",
    metadata: {
      $correlationId: "",
      $causationId: "",
      commandId: "",
      commandHash: "",
      schemaVersion: 1,
    },
  };
}

/** A subscription to `order` on attempts and a log's end that the test makes up. */
export function subscriptionTestBed<ManualClock extends time.Clock>(
  clock: ManualClock,
  { after }: { readonly after?: eventLog.LogMark | number } = {},
) {
  const attempts: FakeAttempt[] = [];
  /** What the server has: another log's identity, a position from which on there is nothing, how often it was asked. */
  const log = { identity: testLog, endsBefore: Infinity, asked: 0 };
  const stop = new AbortController();
  const tail = { events: [] as TailEvent[], reads: 0, failure: undefined as Error | undefined };
  const watch = new TailWatch({
    clock,
    read: (from) => {
      tail.reads++;
      if (tail.failure) return Promise.reject(tail.failure);
      const events = tail.events.filter(({ position }) => position >= (from ?? 0));
      return Promise.resolve({ events, last: true });
    },
  });
  const subscription = new SupervisedSubscription({
    after,
    categories: ["order"],
    connect(from) {
      const attempt = fakeAttempt(from, clock);
      attempts.push(attempt);
      return attempt;
    },
    async find(after) {
      log.asked++;
      await Promise.resolve();
      const position = eventLog.positionOf(after);
      const isThere = position !== undefined && position < log.endsBefore;
      const found = { log: log.identity, id: isThere ? idAt(position) : undefined };
      if (after !== undefined) eventLog.requireRead(after, found);
      return found;
    },
    wants: (stream) => stream.startsWith("order-"),
    watch,
    clock,
    random: () => 0,
    now: () => new Date(clock.now()),
    logger: silentLog,
    signal: stop.signal,
  });
  return {
    clock,
    attempts,
    log,
    tail,
    stop,
    subscription,
    watch,
    batches: subscription.batches(),
    attempt(number: number): FakeAttempt {
      const attempt = attempts[number - 1];
      if (!attempt) throw new Error(`Cannot give attempt ${number}: there were ${attempts.length}`);
      return attempt;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await watch.stop();
    },
  };
}

function fakeAttempt(after: number | undefined, clock: time.Clock): FakeAttempt {
  let messages: SubscriptionMessage[] = [];
  let failure: { readonly reason: unknown } | undefined;
  let stirred = Promise.withResolvers<void>();
  return {
    after,
    get isOver() {
      return failure !== undefined;
    },
    async take(withinMs) {
      const cancelTimer = withinMs === Infinity ? undefined : clock.after(withinMs, () => {
        failure ??= { reason: new Error(`Nothing came within ${withinMs} ms`) };
        stirred.resolve();
      });
      while (messages.length === 0 && !failure) {
        stirred = Promise.withResolvers();
        await stirred.promise;
      }
      cancelTimer?.();
      if (failure) throw failure.reason;
      const taken = messages;
      messages = [];
      return taken;
    },
    fail(reason) {
      failure ??= { reason };
      stirred.resolve();
    },
    send(...more) {
      messages.push(...more);
      stirred.resolve();
    },
  };
}
