import { type Recorded, silentLog, type time } from "@headwater/core";
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
  return { kind: "event", position, event: recorded(position) };
}

export function checkpoint(position: number): SubscriptionMessage {
  return { kind: "checkpoint", position };
}

function recorded(position: number): Recorded {
  return {
    id: crypto.randomUUID(),
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
  { after }: { readonly after?: number } = {},
) {
  const attempts: FakeAttempt[] = [];
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
    tail,
    stop,
    subscription,
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
