import { deepEqual, equal } from "node:assert/strict";
import { manualTimers } from "@headwater/testing";
import type { MarkQuestion } from "./mark_reader.ts";
import { MarkTail } from "./mark_tail.ts";
import { eventAt } from "./marked_event_test_bed.ts";
import type { FeedMessage } from "./message_feed.ts";

type Subscription = {
  readonly after: number;
  readonly categories: readonly string[];
  isClosed: boolean;
  send(...messages: readonly FeedMessage[]): void;
  /** Undefined: in order. */
  end(error?: Error): void;
};

/** A tail whose server is the test; what is read is answered with `read`. */
function tailTestBed() {
  const timers = manualTimers();
  const read: number[] = [];
  const subscriptions: Subscription[] = [];
  const tail = new MarkTail({
    timers,
    reader: {
      markAt({ place }) {
        read.push(place.position);
        return Promise.resolve("read");
      },
    },
    follow(after, categories) {
      let next = Promise.withResolvers<readonly FeedMessage[] | undefined>();
      subscriptions.push({
        after,
        categories,
        isClosed: false,
        send: (...messages) => next.resolve(messages),
        end: (error) => error ? next.reject(error) : next.resolve(undefined),
      });
      const subscription = subscriptions.at(-1)!;
      return {
        async take() {
          const messages = await next.promise;
          next = Promise.withResolvers();
          return messages;
        },
        close() {
          subscription.isClosed = true;
          next.resolve(undefined);
        },
      };
    },
  });
  return {
    timers,
    tail,
    read,
    subscriptions,
    ask: (position: number, more: Partial<MarkQuestion> = {}) =>
      tail.markAt({
        stream: `order-${position}`,
        place: { revision: 0, position },
        events: 1,
        ...more,
      }),
    /** Appends often enough to be told by a subscription. */
    async warmUp(): Promise<Subscription> {
      for (const position of [1, 2]) equal(await this.ask(position), "read");
      read.length = 0;
      return subscriptions.at(-1)!;
    },
  };
}

function event(position: number): FeedMessage {
  return { kind: "event", event: eventAt(position) };
}

Deno.test("the marks of frequent appends come by themselves, before or after they are asked for", async () => {
  const bed = tailTestBed();
  const { send, after, categories } = await bed.warmUp();
  deepEqual([after, categories], [2, ["order"]]);
  const asked = bed.ask(5);
  send(event(4), event(5), event(6));
  equal(await asked, "m5");
  equal(await bed.ask(6), "m6");
  deepEqual(bed.read, []);
  bed.tail.stop();
  equal(bed.timers.pending(), 0);
});

Deno.test("rare appends are read back, each of them", async () => {
  const bed = tailTestBed();
  for (const position of [1, 2, 3]) {
    equal(await bed.ask(position), "read");
    await bed.timers.advance(1_000);
  }
  deepEqual(bed.subscriptions, []);
});

Deno.test("what was written before the subscription, or passed by without it, is read", async () => {
  const bed = tailTestBed();
  const { send } = await bed.warmUp();
  equal(await bed.ask(1), "read");
  const asked = bed.ask(7);
  send({ kind: "checkpoint", position: 8 });
  equal(await asked, "read");
  deepEqual(bed.read, [1, 7]);
  bed.tail.stop();
});

Deno.test("another event at the place has no mark of ours", async () => {
  const bed = tailTestBed();
  const { send } = await bed.warmUp();
  const asked = bed.ask(5, { place: { revision: 3, position: 5 } });
  send(event(5));
  equal(await asked, undefined);
  bed.tail.stop();
});

Deno.test("what does not come soon is read, and then everything for a while", async () => {
  const bed = tailTestBed();
  const subscription = await bed.warmUp();
  const asked = bed.ask(5);
  await bed.timers.advance(50);
  equal(await asked, "read");
  equal(subscription.isClosed, true);
  equal(await bed.ask(6), "read");
  equal(bed.subscriptions.length, 1);
  await bed.timers.advance(1_000);
  await bed.ask(7);
  await bed.ask(8);
  equal(bed.subscriptions.length, 2);
  bed.tail.stop();
});

Deno.test("a subscription that breaks leaves what waits for it to reading", async () => {
  for (const error of [new Error("Connection dropped"), undefined]) {
    const bed = tailTestBed();
    const { end } = await bed.warmUp();
    const asked = bed.ask(5);
    end(error);
    equal(await asked, "read");
    equal(bed.timers.pending(), 0);
  }
});

Deno.test("appends to a further category widen the subscription", async () => {
  const bed = tailTestBed();
  const first = await bed.warmUp();
  const asked = bed.ask(5);
  equal(await bed.ask(6, { stream: "payment-6" }), "read");
  equal(await asked, "read");
  equal(first.isClosed, true);
  deepEqual(bed.subscriptions.at(-1)!.categories, ["order", "payment"]);
  equal(await bed.ask(7, { stream: "no category" }), "read");
  equal(bed.subscriptions.length, 2);
  bed.tail.stop();
});

Deno.test("where others append much more to the same category, marks are read for a while", async () => {
  const bed = tailTestBed();
  const subscription = await bed.warmUp();
  const asked = bed.ask(3);
  subscription.send(...Array.from({ length: 1_024 }, (_, index) => event(3 + index)));
  equal(await asked, "m3");
  await bed.timers.advance(0);
  equal(subscription.isClosed, true);
  await bed.timers.advance(9_000);
  await bed.ask(2_001);
  equal(await bed.ask(2_002), "read");
  equal(bed.subscriptions.length, 1);
});

Deno.test("it ends when nothing is appended any more", async () => {
  const bed = tailTestBed();
  const subscription = await bed.warmUp();
  await bed.timers.advance(4_000);
  const asked = bed.ask(5);
  subscription.send(event(5));
  equal(await asked, "m5");
  await bed.timers.advance(4_000);
  equal(subscription.isClosed, false);
  await bed.timers.advance(1_500);
  equal(subscription.isClosed, true);
  equal(bed.timers.pending(), 0);
});
