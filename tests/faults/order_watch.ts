import { type EventLog, eventLog, time } from "@headwater/core";
import { WaitedInVain } from "@headwater/testing";
import { orderIdOf, type PlainEvent } from "@shop/judge";

/** Follows the log of a shop whose event store may go away, and knows what was written about each order. */
export type OrderWatch = AsyncDisposable & {
  /** In log order. */
  eventsOf(orderId: string): readonly PlainEvent[];
  saw(orderId: string, name: string): boolean;
  /** Resolves in the moment in which an event of this name is heard of. */
  until(orderId: string, name: string, options?: { readonly signal?: AbortSignal }): Promise<void>;
};

type Waiting = { readonly orderId: string; readonly name: string; found(): void };

const longestWaitMs = 120_000;
const pauseMs = 20;

/** Tells the events of one order apart: whose it is, what happened, and to which step, product or message. */
export function nameOf({ stream, type, data }: PlainEvent): string {
  const about = data.step ?? data.sku ?? data.kind;
  return [eventLog.categoryOf(stream), type, ...about === undefined ? [] : [about]].join(" ");
}

export function watchOrders(log: EventLog): OrderWatch {
  const stopped = new AbortController();
  const { signal } = stopped;
  const events = new Map<string, PlainEvent[]>();
  const waiting = new Set<Waiting>();

  function take(event: PlainEvent): void {
    const orderId = orderIdOf(event);
    if (orderId === undefined) return;
    const own = events.get(orderId) ?? [];
    events.set(orderId, own);
    own.push(event);
    for (const one of waiting) {
      if (one.orderId === orderId && one.name === nameOf(event)) one.found();
    }
  }
  async function follow(): Promise<void> {
    let after: eventLog.LogMark | number | undefined;
    while (!signal.aborted) {
      try {
        for await (
          const batch of log.subscribe({ ...(after !== undefined && { after }), signal })
        ) {
          for (const event of batch.events) take(event as PlainEvent);
          after = batch.mark ?? batch.position ?? after;
        }
      } catch {
        // The event store is away: that is what is tried here
        await time.pause(pauseMs, { signal });
      }
    }
  }
  const following = follow();

  const watch = {
    eventsOf: (orderId: string) => events.get(orderId) ?? [],
    saw: (orderId: string, name: string) =>
      watch.eventsOf(orderId).some((event) => nameOf(event) === name),
    async until(
      orderId: string,
      name: string,
      { signal }: { readonly signal?: AbortSignal } = {},
    ) {
      if (watch.saw(orderId, name)) return;
      signal?.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const one = { orderId, name, found: resolve };
      const timer = setTimeout(() => {
        const last = watch.eventsOf(orderId).at(-1);
        const seen = last ? `the last was "${nameOf(last)}"` : "there was nothing";
        reject(new WaitedInVain(`Cannot wait any longer for "${name}" of "${orderId}": ${seen}`));
      }, longestWaitMs);
      const giveUp = () => reject(signal?.reason);
      signal?.addEventListener("abort", giveUp);
      waiting.add(one);
      try {
        await promise;
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener("abort", giveUp);
        waiting.delete(one);
      }
    },
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await following;
    },
  };
  return watch;
}
