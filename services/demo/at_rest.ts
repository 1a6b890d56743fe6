import { type EventLog, time } from "@headwater/core";
import type { ServiceDatabase } from "@headwater/host";
import { factsOf, listSagas, orderIdOf, outstandingOf, type PlainEvent } from "@shop/judge";
import { type Patience, sendPatiently } from "@shop/judge";
import type { ShopClient } from "@shop/judge";

export type Progress = {
  readonly orders: number;
  /** Nothing will happen to them any more without somebody's asking. */
  readonly atRest: number;
  /** Their sagas wait for an operator: that is rest as well. */
  readonly stuck: number;
};

export type RestOptions = {
  readonly log: EventLog;
  readonly databases: readonly ServiceDatabase[];
  readonly client: ShopClient;
  onProgress?(progress: Progress): void;
  /** Milliseconds without a new event after which it is given up; default 30,000. */
  readonly limitMs?: number;
  readonly signal?: AbortSignal;
};

/** One query for each read model; where there is nothing to find, they still wait. */
export const readModelQueries: readonly string[] = [
  "/api/orders?limit=1",
  "/api/orders/none/timeline",
  "/api/tracking/none",
  "/api/sales?limit=1",
  "/api/payments/order/none",
  "/api/inventory/items/none",
  "/api/inventory/reservations/order/none",
  "/api/shipments/order/none",
  "/api/notifications?limit=1",
  "/api/products?limit=1",
];

/**
 * Resolves when nothing happens in the shop any more: every order has come to an end, or its saga is listed as stuck,
 * and the read models have caught up.
 */
export async function waitUntilAtRest(options: RestOptions): Promise<void> {
  const { log, databases, client, onProgress, limitMs = 30_000, signal } = options;
  await using watch = watchOrders(log);
  let progressedAt = performance.now();
  for (let seen = -1;; await time.pause(25, { signal })) {
    signal?.throwIfAborted();
    if (watch.seen() !== seen) progressedAt = performance.now();
    seen = watch.seen();
    const waiting = watch.outstanding().size;
    const orders = watch.orders();
    // Asking the databases is not free, and seldom of use while much is going on.
    if (waiting > 0 && performance.now() - progressedAt < 250) {
      onProgress?.({ orders, atRest: orders - waiting, stuck: 0 });
      continue;
    }
    await watch.heardAll({ limitMs, signal });
    const heard = watch.seen();
    const [running, stuck] = await Promise.all([
      listSagas(databases, "running"),
      listSagas(databases, "stuck"),
    ]);
    // Not the one before: while all was read that there was, more may have come, and was heard with it
    const head = await watch.heardAll({ limitMs, signal });
    if (watch.seen() !== heard) continue;
    const open = [...watch.outstanding()].filter(([orderId]) => !stuck.has(orderId));
    onProgress?.({
      orders: watch.orders(),
      atRest: watch.orders() - open.length,
      stuck: stuck.size,
    });
    if (open.length === 0 && running.size === 0) {
      for (const path of readModelQueries) {
        await caughtUp(client, { path, head, patienceMs: limitMs, signal });
      }
      await watch.heardAll({ limitMs, signal });
      if (watch.seen() === heard) return;
    }
    if (performance.now() - progressedAt > limitMs) throw notAtRest({ open, running, limitMs });
  }
}

/** Follows the log and keeps, per order, what is outstanding. */
function watchOrders(log: EventLog) {
  const stopped = new AbortController();
  const events = new Map<string, PlainEvent[]>();
  const outstanding = new Map<string, string>();
  let position: number | undefined;
  let seen = 0;
  let failure: { readonly error: unknown } | undefined;

  function take(batch: readonly PlainEvent[]): void {
    const touched = new Set<string>();
    for (const event of batch) {
      const orderId = orderIdOf(event);
      if (orderId === undefined) continue;
      touched.add(orderId);
      const own = events.get(orderId);
      if (own) own.push(event);
      else events.set(orderId, [event]);
    }
    for (const orderId of touched) {
      const left = outstandingOf(factsOf(orderId, events.get(orderId) ?? []));
      if (left === undefined) outstanding.delete(orderId);
      else outstanding.set(orderId, left);
    }
    seen += batch.length;
  }
  async function follow(): Promise<void> {
    try {
      for await (const batch of log.subscribe({ signal: stopped.signal })) {
        take(batch.events as readonly PlainEvent[]);
        position = batch.position;
      }
    } catch (error) {
      failure = { error };
    }
  }
  const following = follow();

  return {
    orders: () => events.size,
    outstanding(): ReadonlyMap<string, string> {
      if (failure) throw failure.error;
      return outstanding;
    },
    seen: () => seen,
    /** Resolves with the head as it was asked for, when all up to it was heard: others may append all the time. */
    async heardAll(
      { limitMs, signal }: { readonly limitMs: number; readonly signal: AbortSignal | undefined },
    ): Promise<number | undefined> {
      const head = await log.head();
      const until = performance.now() + limitMs;
      while ((position ?? -1) < (head ?? -1)) {
        signal?.throwIfAborted();
        if (failure) throw failure.error;
        if (performance.now() > until) {
          throw new Error(
            `Cannot come to rest: position ${head} of the log was not heard of for ${
              limitMs / 1_000
            } s`,
          );
        }
        await time.pause(5, { signal });
      }
      return head;
    },
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await following;
    },
  };
}

/** Resolves when the read model behind this query has heard of `head`. */
export async function caughtUp(
  client: ShopClient,
  { path, head, ...patience }: Patience & {
    readonly path: string;
    readonly head: number | undefined;
  },
): Promise<void> {
  const answer = await sendPatiently(
    () => client.query(path, { after: head, wait: 5 }),
    patience,
  );
  if (answer.status === 200 || answer.status === 404) return;
  throw new Error(
    `Cannot wait for the read model of "${path}": ${answer.status} ${JSON.stringify(answer.body)}`,
  );
}

function notAtRest(
  { open, running, limitMs }: {
    readonly open: readonly (readonly [string, string])[];
    readonly running: ReadonlySet<string>;
    readonly limitMs: number;
  },
): Error {
  const shown = [
    ...open.map(([orderId, left]) => `order "${orderId}" ${left}`),
    ...[...running].map((id) => `the saga of "${id}" is running`),
    "the read models are behind",
  ].slice(0, 3);
  return new Error(
    `Cannot come to rest: nothing happened for ${limitMs / 1_000} s while ${shown.join("; ")}`,
  );
}
